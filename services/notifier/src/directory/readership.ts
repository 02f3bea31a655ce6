/** Who can read a channel: from our copy while it is young, else from Slack. What cannot be found out is a failure, never a guess. */
import { Injectable } from '@nestjs/common';

import type { Readership, SlackFailure } from '@tocsin/domain';
import type { SlackDoor } from '@tocsin/slack';

import { DirectoryRepository } from './directory.repository.js';

export type ReadershipAnswer = { known: Readership } | { failure: SlackFailure };

const TRUSTED_SECONDS = 3600;

@Injectable()
export class ChannelReadership {
  constructor(private readonly directory: DirectoryRepository) {}

  async of(connectionId: string, channelId: string, door: SlackDoor): Promise<ReadershipAnswer> {
    const copy = await this.directory.channelKnownWithin(connectionId, channelId, TRUSTED_SECONDS);
    if (copy) return { known: { isPrivate: copy.is_private, isShared: copy.is_shared } };
    const answer = await door.channelInfo(channelId);
    if (answer.ok) {
      await this.directory.saveChannels(connectionId, [answer.value]);
      return { known: answer.value };
    }
    // Asking changes nothing at Slack, so an answer that got lost may simply be asked for again.
    const { failure } = answer;
    return { failure: failure.family === 'unsure' ? { family: 'shaken', code: failure.code, message: failure.message, remedy: failure.remedy } : failure };
  }
}
