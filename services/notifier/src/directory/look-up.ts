/** Asks Slack for the one thing that a person typed exactly, an id or an e-mail address, when our copy lacks it. */
import { Injectable } from '@nestjs/common';

import { kindOfDestinationId } from '@tocsin/domain';
import { PeerUnavailable } from '@tocsin/platform';
import type { SlackDoor } from '@tocsin/slack';

import { SlackDoors } from '../connections/slack-doors.js';
import { DirectoryRepository } from './directory.repository.js';

@Injectable()
export class LookUp {
  constructor(
    private readonly directory: DirectoryRepository,
    private readonly doors: SlackDoors,
  ) {}

  /** @returns whether our copy knows it now; false as well when Slack cannot be asked, since the list is an answer without it */
  async exact(connectionId: string, term: string): Promise<boolean> {
    const id = term.toUpperCase();
    const kind = kindOfDestinationId(id);
    if (kind === undefined && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(term)) return false;
    const door = await this.door(connectionId);
    if (!door) return false;
    if (kind === 'channel') return this.channel(connectionId, id, door);
    return this.person(connectionId, kind === undefined ? await door.lookupByEmail(term.toLowerCase()) : await door.userInfo(id));
  }

  private async door(connectionId: string): Promise<SlackDoor | undefined> {
    try {
      return await this.doors.open(connectionId);
    } catch (error) {
      if (error instanceof PeerUnavailable) return undefined;
      throw error;
    }
  }

  private async channel(connectionId: string, id: string, door: SlackDoor): Promise<boolean> {
    const answer = await door.channelInfo(id);
    if (answer.ok) await this.directory.saveChannels(connectionId, [answer.value]);
    return answer.ok;
  }

  private async person(connectionId: string, answer: Awaited<ReturnType<SlackDoor['userInfo']>>): Promise<boolean> {
    if (answer.ok) await this.directory.savePeople(connectionId, [answer.value]);
    return answer.ok;
  }
}
