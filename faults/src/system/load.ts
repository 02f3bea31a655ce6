/**
 * Whoever sends: people over the API of issues, who repeat a request under its key until it is answered, and services over
 * RabbitMQ, who repeat a command under its id until it is confirmed. What they were promised is the first ledger.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { CloudEvent, SendToSlack } from '@tocsin/contracts';
import { aSendToSlack, anIssue } from '@tocsin/testing';
import { v7 as uuid } from 'uuid';

import type { Accepted } from '../ledgers.js';
import type { Random } from '../random.js';

/** A connected workspace with channels that take messages. */
export interface Place {
  organizationId: string;
  connectionId: string;
  channels: readonly string[];
  /** Issues that this organization has. */
  issueIds: readonly string[];
  token: string;
}

export interface LoadPlan {
  byHand: number;
  commands: number;
  seconds: number;
  /** How often each command is put on the bus. */
  copies?: number;
  /** Commands without a comment of their own, which may be folded into digests. */
  foldable?: boolean;
  /** Only so many channels of each place. */
  channels?: number;
}

export interface Senders {
  issuesUrl: string;
  publish: (event: CloudEvent) => Promise<Error | undefined>;
}

const PEOPLE = 8;
/** Longer than any fault lasts. */
const PATIENCE_MS = 400_000;

export class Load {
  readonly accepted: Accepted[] = [];
  /** Answers that were neither a promise nor an invitation to try again. */
  readonly refusals: string[] = [];
  /** Answers by status, those that asked to try again included. */
  readonly answers = new Map<string, number>();
  private number = 0;

  constructor(
    private readonly senders: Senders,
    private readonly places: readonly Place[],
    private readonly random: Random,
    private readonly run: string,
  ) {}

  /** Ends when everything was accepted. */
  async send({ byHand, commands, seconds, copies = 1, foldable = false, channels }: LoadPlan): Promise<void> {
    const sends = Array.from({ length: byHand }, () => this.draw(channels));
    const people = Array.from({ length: PEOPLE }, (_, person) => this.person(sends.filter((_send, n) => n % PEOPLE === person), seconds));
    await Promise.all([...people, this.service(Array.from({ length: commands }, () => this.draw(channels)), seconds, copies, foldable)]);
  }

  /** One command of a workflow. @returns its id */
  async sendCommand(place: Place, channel: string, overrides: Partial<SendToSlack> = {}): Promise<string> {
    this.number += 1;
    return this.command({ place, channel, number: this.number }, 1, overrides);
  }

  private draw(channels: number | undefined): Draw {
    this.number += 1;
    const place = this.random.pick(this.places);
    return { place, channel: this.random.pick(channels === undefined ? place.channels : place.channels.slice(0, channels)), number: this.number };
  }

  private async person(sends: readonly Draw[], seconds: number): Promise<void> {
    const pause = (seconds * 1000) / Math.max(1, sends.length);
    for (const send of sends) await Promise.all([this.byHand(send), sleep(pause)]);
  }

  private async service(commands: readonly Draw[], seconds: number, copies: number, foldable: boolean): Promise<void> {
    const pause = (seconds * 1000) / Math.max(1, commands.length);
    const startedAt = performance.now();
    const working: Promise<unknown>[] = [];
    for (const [n, command] of commands.entries()) {
      working.push(this.command(command, copies, foldable ? { comment: 'Please look.' } : {}));
      const early = n * pause - (performance.now() - startedAt);
      if (early > 5) await sleep(early);
    }
    await Promise.all(working);
  }

  private async byHand({ place, channel, number }: Draw): Promise<void> {
    const { organizationId, connectionId, issueIds, token } = place;
    const body = JSON.stringify({ issueIds: [issueIds[number % issueIds.length]], connectionId, destination: { id: channel }, comment: `${this.run} by hand ${number}` });
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const { status, text } = await this.ask(body, token, `${this.run}-${number}`);
      if (status === 202) {
        this.accepted.push({ id: (JSON.parse(text) as { deliveryId: string }).deliveryId, organizationId, connectionId, channel });
        return;
      }
      if ((status >= 400 && status < 500) || performance.now() > end) {
        this.refusals.push(`${status} ${text.slice(0, 300)}`);
        return;
      }
      await sleep(100);
    }
  }

  /** Status 0 = no answer. */
  private async ask(body: string, token: string, key: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${this.senders.issuesUrl}/v1/slack-messages`, {
      method: 'POST', body, signal: AbortSignal.timeout(15_000),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
    }).then(async (response) => ({ status: response.status, text: await response.text() }), () => ({ status: 0, text: '' }));
    this.answers.set(String(answer.status), (this.answers.get(String(answer.status)) ?? 0) + 1);
    return answer;
  }

  private async command({ place, channel, number }: Draw, copies: number, overrides: Partial<SendToSlack>): Promise<string> {
    const { organizationId, connectionId } = place;
    const command = aSendToSlack({
      organizationId, connectionId, destination: { id: channel }, comment: `${this.run} command ${number}`, issues: [anIssue({ title: `Issue ${number} of ${this.run}` })],
      source: { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' }, ...overrides,
    });
    const event: CloudEvent = { specversion: '1.0', id: uuid(), source: '/faults', type: 'slack.send.v1', time: new Date().toISOString(), organizationid: organizationId, data: command };
    for (let copy = 0; copy < copies; copy += 1) await this.publish(event);
    this.accepted.push({ id: command.commandId, organizationId, connectionId, channel });
    return command.commandId;
  }

  private async publish(event: CloudEvent): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const refusal = await this.senders.publish(event);
      if (refusal === undefined) return;
      if (performance.now() > end) throw refusal;
      await sleep(100);
    }
  }
}

interface Draw {
  place: Place;
  channel: string;
  number: number;
}
