/**
 * Asks Slack for the one thing that somebody typed exactly, an id or an e-mail address, when our copy lacks it. What was
 * found is saved, that there is nothing is remembered for ten minutes; the same question is asked once at a time. Of what Slack
 * lets a workspace ask, nobody uses up all: messages are resolved and guarded by the same methods.
 */
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { destinationKey, kindOfDestinationId } from '@tocsin/domain';
import { isDatabaseAway, LOGGER, PeerUnavailable, type Logger } from '@tocsin/platform';
import type { SlackAnswer, SlackDoor } from '@tocsin/slack';

import { SlackDoors } from '../connections/slack-doors.js';
import { DirectoryRepository } from './directory.repository.js';
import type { SearchTerm } from './search-term.js';

/** `late`: Slack has not answered yet; `unsure`: it could not be asked; `enough`: whoever typed it had Slack asked very often. */
export type LookedUp = 'found' | 'missing' | 'late' | 'unsure' | 'enough';

/** As long as whoever types waits at most. */
const PATIENCE_MS = 2000;
/** Within a minute, of one caller and connection and by each replica; Slack allows some fifty of a method. An address that is typed slowly is a few of them. */
const ASKED_AT_MOST = 20;
const MINUTE_MS = 60_000;
const CALLERS = 10_000;
/** Slack's words for "there is no such thing, as far as you can see". */
const MISSING = new Set(['channel_not_found', 'user_not_found', 'users_not_found', 'user_not_visible']);

@Injectable()
export class LookUp {
  private readonly asked = new Map<string, Promise<LookedUp>>();
  /** Until when Slack told us to wait, by connection and method. */
  private readonly told = new Map<string, number>();
  /** How often Slack was asked for somebody within their minute. */
  private readonly askedFor = new LRUCache<string, number>({ max: CALLERS, ttl: MINUTE_MS, noUpdateTTL: true });

  constructor(
    private readonly directory: DirectoryRepository,
    private readonly doors: SlackDoors,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param who whoever typed it. @returns `found` when our copy knows it now; never rejects, since the list is an answer without it, and never takes longer than two seconds */
  async exact(connectionId: string, { id, email }: Pick<SearchTerm, 'id' | 'email'>, who: string): Promise<LookedUp> {
    const address = id ?? (email === undefined ? undefined : destinationKey({ email }));
    if (address === undefined) return 'missing';
    const key = `${connectionId} ${address}`;
    const asked = this.asked.get(key) ?? this.ask(connectionId, address, { id, email, who }).catch((error: unknown) => this.unsure(connectionId, error)).finally(() => this.asked.delete(key));
    this.asked.set(key, asked);
    return within(PATIENCE_MS, asked);
  }

  private async ask(connectionId: string, address: string, { id, email, who }: { id: string | undefined; email: string | undefined; who: string }): Promise<LookedUp> {
    if ((await this.directory.remembered(connectionId, address)) === null) return 'missing';
    const door = await this.door(connectionId);
    if (!door) return 'unsure';
    const question = { connectionId, address, method: `${connectionId} ${id === undefined ? 'e-mail' : (kindOfDestinationId(id) ?? '')}` };
    if ((this.told.get(question.method) ?? 0) > performance.now()) return 'unsure';
    if (!this.isWithinAllowance(`${connectionId} ${who}`)) return 'enough';
    if (id === undefined) return this.take(question, await door.lookupByEmail(email ?? ''), (person) => this.directory.savePeople(connectionId, [person]));
    if (kindOfDestinationId(id) === 'channel') return this.take(question, await door.channelInfo(id), (channel) => this.directory.saveChannels(connectionId, [channel]));
    return this.take(question, await door.userInfo(id), (person) => this.directory.savePeople(connectionId, [person]));
  }

  private isWithinAllowance(asker: string): boolean {
    const asked = this.askedFor.get(asker) ?? 0;
    if (asked < ASKED_AT_MOST) this.askedFor.set(asker, asked + 1);
    return asked < ASKED_AT_MOST;
  }

  private unsure(connectionId: string, error: unknown): LookedUp {
    this.logger[isDatabaseAway(error) ? 'warn' : 'error']({ err: error, connectionId }, 'what somebody typed could not be looked up');
    return 'unsure';
  }

  private async door(connectionId: string): Promise<SlackDoor | undefined> {
    try {
      return await this.doors.open(connectionId);
    } catch (error) {
      if (error instanceof PeerUnavailable) return undefined;
      throw error;
    }
  }

  private async take<T extends { id: string }>({ connectionId, address, method }: { connectionId: string; address: string; method: string }, answer: SlackAnswer<T>, save: (value: T) => Promise<void>): Promise<LookedUp> {
    if (answer.ok) {
      await save(answer.value);
      return 'found';
    }
    const { failure } = answer;
    if (failure.family === 'busy') this.told.set(method, performance.now() + failure.retryAfterSeconds * 1000);
    if (!MISSING.has(failure.code)) return 'unsure';
    await this.directory.remember(connectionId, address, null);
    return 'missing';
  }
}

async function within(ms: number, answer: Promise<LookedUp>): Promise<LookedUp> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<LookedUp>((resolve) => {
    timer = setTimeout(() => { resolve('late'); }, ms);
  });
  return Promise.race([answer, late]).finally(() => { clearTimeout(timer); });
}
