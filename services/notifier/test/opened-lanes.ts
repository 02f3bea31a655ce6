/** The lanes alone, on a real PostgreSQL, without HTTP, bus and Slack: for what only SQL decides. */
import type { DataSource } from 'typeorm';

import type { ConnectionChanged, SendToSlack } from '@tocsin/contracts';
import { createLogger, InternalClient, Metrics, openDatabase, Outbox } from '@tocsin/platform';
import { aSendToSlack, testDatabase, type TestDatabase } from '@tocsin/testing';

import { BreakerRepository } from '../src/breaker/breaker.repository.js';
import { ConnectionHolds } from '../src/connections/connection-holds.js';
import { ConnectionRepository } from '../src/connections/connection.repository.js';
import { Credentials } from '../src/connections/credentials.js';
import { giveOwed } from '../src/connections/owed-time.js';
import { DestinationRepository } from '../src/destinations/destination.repository.js';
import { HearOfDestinations } from '../src/destinations/hear-of-destinations.js';
import { arrivalRow } from '../src/deliveries/arrival.js';
import { ArrivalRepository } from '../src/deliveries/arrival.repository.js';
import { DeliveryLog } from '../src/deliveries/delivery-log.js';
import { DeliveryMetrics } from '../src/deliveries/delivery.metrics.js';
import { resultOf, type Outcome } from '../src/deliveries/delivery-result.js';
import type { Claim, LaneClaim } from '../src/deliveries/claim.js';
import { LaneRepository } from '../src/deliveries/lane.repository.js';
import { WaitingRepository } from '../src/deliveries/waiting.repository.js';
import { ChangeWaiting } from '../src/living/change-waiting.js';
import { FollowChanges } from '../src/living/follow-changes.js';
import { IssueNewsRepository } from '../src/living/issue-news.repository.js';
import { ToldIssues } from '../src/living/told-issues.repository.js';
import { MIGRATIONS } from '../src/migrations/migrations.js';
import { NotifierConfig } from '../src/notifier.config.js';

const NOBODY = { connector: '', issues: '', workflows: '', notifier: '' };

export const POSTED: Outcome = { state: 'posted', charge: 1, ambiguous: 0, laneWaitMs: 0, rateLimited: false, asked: true, channel: 'C0SECALERT', ts: '1.1', story: { kind: 'posted', text: 'Posted' } };

export function waits(overrides: Partial<Outcome> = {}): Outcome {
  return { state: 'waiting', charge: 0, ambiguous: 0, laneWaitMs: 0, rateLimited: false, asked: true, story: { kind: 'attempt', text: 'Slack was away' }, ...overrides };
}

export function aConnection(overrides: Partial<ConnectionChanged> = {}): ConnectionChanged {
  const now = new Date().toISOString();
  return {
    id: 'connection-1', organizationId: 'acme', method: 'token', workspace: { id: 'T0ACME0001', name: 'Acme', url: 'https://acme.slack.com' }, bot: { userId: 'U0BOT00001', name: 'tocsin' }, appId: 'A0OWNAPP',
    scopes: ['chat:write', 'channels:read', 'groups:read', 'users:read', 'users:read.email', 'chat:write.public'], missingScopes: [], paused: false, version: 1, credentialVersion: 1,
    health: { state: 'connected', since: now }, token: { hint: 'acme', updatedAt: now }, createdAt: now, ...overrides,
  };
}

export class OpenedLanes {
  readonly config = Object.assign(new NotifierConfig(), { SLACK_WORKSPACE_RATE: 0 });
  readonly connections: ConnectionRepository;
  readonly arrivals: ArrivalRepository;
  readonly waiting: WaitingRepository;
  readonly told: ToldIssues;
  readonly changes: FollowChanges;
  readonly breakers: BreakerRepository;
  readonly holds: ConnectionHolds;
  readonly lanes: LaneRepository;
  readonly outbox: Outbox;
  readonly destinations: HearOfDestinations;
  readonly metrics = new Metrics();

  private constructor(
    readonly database: TestDatabase,
    readonly source: DataSource,
  ) {
    this.outbox = new Outbox(source, 'notifier', { wake: () => undefined });
    const log = new DeliveryLog(this.outbox);
    this.connections = new ConnectionRepository(source);
    this.arrivals = new ArrivalRepository(this.outbox);
    this.waiting = new WaitingRepository(log, this.outbox, new DeliveryMetrics(this.metrics, source), createLogger('test', 'silent'));
    this.told = new ToldIssues(this.waiting);
    const news = new IssueNewsRepository(source);
    this.changes = new FollowChanges(this.outbox, news, new ChangeWaiting(news, this.told, this.waiting, log), this.arrivals);
    this.destinations = new HearOfDestinations(new DestinationRepository(), this.outbox);
    this.breakers = new BreakerRepository(source, createLogger('test', 'silent'));
    this.holds = new ConnectionHolds(this.outbox, this.connections, new Credentials(new InternalClient('notifier', NOBODY, new Uint8Array(32))));
    this.lanes = new LaneRepository(source, this.outbox, log, this.holds, this.breakers, this.told, this.changes, this.destinations, this.config);
  }

  static async open(): Promise<OpenedLanes> {
    const database = await testDatabase();
    return new OpenedLanes(database, await openDatabase({ url: database.url, schema: 'notifier', migrations: MIGRATIONS, poolSize: 10 }));
  }

  async close(): Promise<void> {
    await this.source.destroy();
    await this.database.drop();
  }

  /** As it is when every test begins: {@link empty}, with one connection. */
  async clear(): Promise<void> {
    await this.empty();
    await this.connect();
  }

  /** Empties every table, and resets settings and metrics. */
  async empty(): Promise<void> {
    Object.assign(this.config, new NotifierConfig(), { SLACK_WORKSPACE_RATE: 0 });
    this.metrics.registry.resetMetrics();
    await this.source.query(`truncate told_holds, destinations, told_issues, heard_issues, last_edits, connections, budgets, breakers, pauses, lanes, deliveries, commands, timeline, digests, replays, retractions,
      accepted_counts, retired_deliveries, retired_counts, delivery_settings, outbox, audit, channels, people, addresses, directory_lists cascade`);
  }

  /** As connector says, and what that owes is given. */
  async connect(overrides: Partial<ConnectionChanged> = {}): Promise<void> {
    await this.hear(overrides);
    const isOwed = `select 1 from lanes join connections using (connection_id) where owed_since is not null and state = 'active' limit 1`;
    while ((await this.source.query<unknown[]>(isOwed)).length > 0) await this.source.transaction((tx) => giveOwed(tx));
  }

  /** The news alone: what it owes is given to its first lanes. */
  async hear(overrides: Partial<ConnectionChanged>): Promise<void> {
    await this.source.transaction((tx) => this.connections.apply(tx, aConnection(overrides)));
  }

  /** Records commands in this order. @returns their ids */
  async accept(...commands: Partial<SendToSlack>[]): Promise<string[]> {
    const whole = commands.map((command) => aSendToSlack({ connectionId: 'connection-1', destination: { id: 'C0SECALERT' }, ...command }));
    for (const command of whole) await this.arrivals.ingest([arrivalRow({ command, saidAt: new Date() })]);
    return whole.map(({ commandId }) => commandId);
  }

  /** Records this many of one kind in one batch. */
  async acceptMany(count: number, command: Partial<SendToSlack> = {}): Promise<void> {
    await this.arrivals.ingest(Array.from({ length: count }, () => arrivalRow({ command: aSendToSlack({ connectionId: 'connection-1', destination: { id: 'C0SECALERT' }, ...command }), saidAt: new Date() })));
  }

  async finish(claim: Claim | undefined, outcome: Outcome = POSTED): Promise<void> {
    if (!claim) throw new Error('nothing was claimed');
    await this.lanes.finish([resultOf(claim, outcome)]);
  }

  async claimOne(): Promise<Claim | undefined> {
    return (await this.claim(1))[0];
  }

  /** The deliveries of up to this many lanes. */
  async claim(lanes: number): Promise<Claim[]> {
    return (await this.lanes.claim(lanes)).flatMap(({ claims }) => claims);
  }

  /** Lanes that were leased to be folded. */
  async claimToFold(lanes = 10): Promise<LaneClaim[]> {
    return (await this.lanes.claim(lanes)).filter(({ isToFold }) => isToFold);
  }

  /** As if this much time had passed for leases and pacing. */
  async passTime(seconds: number): Promise<void> {
    await this.source.query(`update lanes set next_at = next_at - make_interval(secs => $1), leased_until = leased_until - make_interval(secs => $1)`, [seconds]);
    await this.source.query(`update deliveries set not_before = not_before - make_interval(secs => $1), claimed_at = claimed_at - make_interval(secs => $1)`, [seconds]);
    await this.source.query(`update budgets set tat = tat - make_interval(secs => $1), blocked_until = blocked_until - make_interval(secs => $1), slowed_at = slowed_at - make_interval(secs => $1)`, [seconds]);
    await this.source.query(`update breakers set probe_at = probe_at - make_interval(secs => $1), edit_probe_at = edit_probe_at - make_interval(secs => $1)`, [seconds]);
    await this.source.query(`update lanes set limited_at = limited_at - make_interval(secs => $1), fold_at = fold_at - make_interval(secs => $1), due_since = due_since - make_interval(secs => $1)`, [seconds]);
  }

  async row(deliveryId: string): Promise<{ state: string; attempts: number; ambiguous: number; attempt: number; version: number; waiting_for: object | null }> {
    const [row] = await this.source.query<Awaited<ReturnType<OpenedLanes['row']>>[]>('select state, attempts, ambiguous, attempt, version, waiting_for from deliveries where delivery_id = $1', [deliveryId]);
    if (!row) throw new Error(`there is no delivery ${deliveryId}`);
    return row;
  }

  /** Types and ids of what is to be said. */
  async said(): Promise<{ type: string; subject: string; data: Record<string, unknown> }[]> {
    const rows = await this.source.query<{ body: string }[]>('select body from outbox order by id');
    return rows.map(({ body }) => JSON.parse(body) as { type: string; subject: string; data: Record<string, unknown> });
  }
}
