/**
 * Who can read a channel: what Slack said of it within the last minutes, else Slack is asked. What cannot be found out is a
 * failure, never a guess and never an older answer: a channel may have been opened or shared since, and of a connection by
 * token no event tells us.
 */
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import type { Busy, Readership, SlackFailure } from '@tocsin/domain';
import type { SlackDoor } from '@tocsin/slack';

import { DirectoryRepository } from './directory.repository.js';

export type ReadershipAnswer = { known: Readership } | { failure: SlackFailure };

/**
 * Slack lets an app ask about some fifty channels a minute and workspace. Of five minutes, two hundred channels that are told
 * guarded issues all the time need forty calls a minute, and look-ups still find room; of one minute, they would wait for each
 * other for ever. Above two hundred and fifty channels their messages come later, and no message goes on an older answer.
 */
const TRUSTED_SECONDS = 300;
const CONNECTIONS = 10_000;

@Injectable()
export class ChannelReadership {
  /** Answers that are on their way, by connection and channel. */
  private readonly asked = new Map<string, Promise<ReadershipAnswer>>();
  /** Slack limits how often a connection may ask: nothing is asked for it meanwhile. What it is told stands in our copy, for all replicas. */
  private readonly limits = new LRUCache<string, Busy>({ max: CONNECTIONS });

  constructor(private readonly directory: DirectoryRepository) {}

  async of(connectionId: string, channelId: string, door: SlackDoor): Promise<ReadershipAnswer> {
    const copy = await this.directory.channelKnownWithin(connectionId, channelId, TRUSTED_SECONDS);
    if (copy) return { known: { isPrivate: copy.is_private, isShared: copy.is_shared } };
    const limit = this.limits.get(connectionId);
    if (limit) return { failure: { ...limit, retryAfterSeconds: Math.ceil(this.limits.getRemainingTTL(connectionId) / 1000) } };
    const key = `${connectionId} ${channelId}`;
    const underWay = this.asked.get(key);
    if (underWay) return underWay;
    const answer = this.ask(connectionId, channelId, door).finally(() => this.asked.delete(key));
    this.asked.set(key, answer);
    return answer;
  }

  private async ask(connectionId: string, channelId: string, door: SlackDoor): Promise<ReadershipAnswer> {
    const answer = await door.channelInfo(channelId);
    if (answer.ok) {
      await this.directory.saveChannels(connectionId, [answer.value]);
      return { known: answer.value };
    }
    const { failure } = answer;
    if (failure.family === 'busy') this.limits.set(connectionId, failure, { ttl: Math.max(1, failure.retryAfterSeconds * 1000) });
    // Asking changes nothing at Slack, so an answer that got lost may simply be asked for again.
    return { failure: failure.family === 'unsure' ? { family: 'shaken', code: failure.code, message: failure.message, remedy: failure.remedy } : failure };
  }
}
