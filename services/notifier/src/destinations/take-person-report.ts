/** What one of Slack's events tells of a person: who has left is offered no more, who came or changed is found at once. */
import { Injectable } from '@nestjs/common';

import type { PersonReported } from '@tocsin/contracts';
import { Outbox } from '@tocsin/platform';

import type { KnownConnection } from '../connections/connection.repository.js';
import { DirectoryRepository } from '../directory/directory.repository.js';
import { CopiedByEventRepository } from './copied-by-event.repository.js';
import { HearOfDestinations } from './hear-of-destinations.js';
import { newsOfPerson } from './news-of-directory.js';

/** Slack tells the time of most events in whole seconds. */
const SECOND_MS = 1000;

@Injectable()
export class TakePersonReport {
  constructor(
    private readonly copy: CopiedByEventRepository,
    private readonly directory: DirectoryRepository,
    private readonly destinations: HearOfDestinations,
    private readonly outbox: Outbox,
  ) {}

  async take({ organizationId, connectionId }: KnownConnection, { person }: PersonReported, at: Date): Promise<void> {
    const { id, name, displayName, realName, email, isBot, isDeactivated } = person;
    await this.directory.savePeople(connectionId, [{ id, name, displayName, realName, isBot, isDeactivated, isGuest: false, ...(email !== undefined && { email }) }], { askedAt: new Date(at.getTime() + SECOND_MS).toISOString() });
    await this.outbox.transaction(async (tx) => {
      await this.copy.forgetAddresses(tx, connectionId, id, email);
      await this.destinations.hear(tx, [{ organizationId, connectionId, destinationId: id, news: newsOfPerson(person, at.getTime()) }]);
    });
  }
}
