/**
 * Tokens of connections, in memory only. They are asked from connector, live five minutes and never longer than Slack takes
 * them, and are served stale while connector cannot be reached, so that its restart stops no message.
 */
import { Injectable } from '@nestjs/common';

import { InternalClient, PeerUnavailable } from '@tocsin/platform';

export interface Credential {
  token: string;
  credentialVersion: number;
  /** What was left of a token that ends when connector answered; by a span, since clocks differ. */
  expiresInSeconds?: number;
}

interface Known {
  credential: Credential;
  /** By `performance.now()`, like its end. */
  freshUntil: number;
  endsAt: number;
}

interface Question {
  answer: Promise<Credential | undefined>;
}

const FRESH_MS = 5 * 60 * 1000;
/** While connector is away it is not asked for each message. */
const ASK_AGAIN_MS = 5000;
/** A request that is on its way when a token ends would be refused. */
const REQUEST_MS = 10_000;

@Injectable()
export class Credentials {
  private readonly known = new Map<string, Known>();
  private readonly questions = new Map<string, Question>();

  constructor(private readonly peers: InternalClient) {}

  /**
   * @returns undefined when connector has no such connection
   * @throws PeerUnavailable when connector is away and no token is known that Slack would take, or has none that does
   */
  async of(connectionId: string): Promise<Credential | undefined> {
    const known = this.known.get(connectionId);
    if (known && performance.now() < known.freshUntil) return known.credential;
    try {
      return await this.ask(connectionId);
    } catch (error) {
      const now = performance.now();
      if (!(error instanceof PeerUnavailable) || !known || now >= known.endsAt) throw error;
      known.freshUntil = Math.min(now + ASK_AGAIN_MS, known.endsAt);
      return known.credential;
    }
  }

  /** The connection changed, or Slack refused its token: the next use asks anew, and what is being asked is not kept. */
  forget(connectionId: string): void {
    this.known.delete(connectionId);
    this.questions.delete(connectionId);
  }

  /** However many need it, connector is asked once. */
  private async ask(connectionId: string): Promise<Credential | undefined> {
    const asked = this.questions.get(connectionId);
    if (asked) return asked.answer;
    const question: Question = { answer: this.fetch(connectionId, () => this.questions.get(connectionId) === question) };
    this.questions.set(connectionId, question);
    try {
      return await question.answer;
    } finally {
      if (this.questions.get(connectionId) === question) this.questions.delete(connectionId);
    }
  }

  private async fetch(connectionId: string, isWanted: () => boolean): Promise<Credential | undefined> {
    const askedAt = performance.now();
    const credential = await this.peers.get<Credential>('connector', `/internal/connections/${encodeURIComponent(connectionId)}/credential`);
    const endsAt = askedAt + (credential?.expiresInSeconds ?? Infinity) * 1000;
    if (isWanted()) {
      if (credential) this.known.set(connectionId, { credential, freshUntil: Math.min(askedAt + FRESH_MS, endsAt - REQUEST_MS), endsAt });
      else this.known.delete(connectionId);
    }
    if (credential && endsAt <= performance.now()) throw new PeerUnavailable('connector', new Error('the token has ended and is not renewed yet'));
    return credential;
  }
}
