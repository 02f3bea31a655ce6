/** A door to Slack for each connection, opened with its present token and kept while that is the same. */
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { LOGGER, type Logger } from '@tocsin/platform';
import { SlackDoor } from '@tocsin/slack';

import { NotifierConfig } from '../notifier.config.js';
import { Credentials } from './credentials.js';

export interface OpenDoor {
  door: SlackDoor;
  credentialVersion: number;
}

@Injectable()
export class SlackDoors {
  private readonly doors = new LRUCache<string, OpenDoor & { token: string }>({ max: 1000 });

  constructor(
    private readonly credentials: Credentials,
    private readonly config: NotifierConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @returns undefined when the connection is gone. @throws PeerUnavailable when no token can be had now */
  async open(connectionId: string): Promise<SlackDoor | undefined> {
    return (await this.openVersioned(connectionId))?.door;
  }

  /** As {@link open}, with the version of the credential, so that a verdict can name what it is about. */
  async openVersioned(connectionId: string): Promise<OpenDoor | undefined> {
    const credential = await this.credentials.of(connectionId);
    if (!credential) return undefined;
    const known = this.doors.get(connectionId);
    if (known?.token === credential.token && known.credentialVersion === credential.credentialVersion) return known;
    const onDefect = (error: unknown): void => { this.logger.error({ err: error, connectionId }, 'a call to Slack failed by a defect'); };
    const opened = { ...credential, door: new SlackDoor({ baseUrl: this.config.SLACK_BASE_URL, token: credential.token, onDefect }) };
    this.doors.set(connectionId, opened);
    return opened;
  }
}
