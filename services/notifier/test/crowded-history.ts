/**
 * What an organization may live through in a few seconds, all at once and in an order that chance decides: commands that come
 * twice, people who pause, cancel, replay and take back, Slack that limits, refuses and loses answers, a connection that comes
 * and goes. Afterwards it comes to rest, and what was promised is looked for in the ledger and in Slack.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { ConnectionChanged, SendToSlack } from '@tocsin/contracts';
import type { Issue, UnconfirmedPolicy } from '@tocsin/domain';
import { anIssue } from '@tocsin/testing';
import { v7 as uuid } from 'uuid';

import { DEFAULT_DELIVERY_SETTINGS } from '../src/settings/delivery-settings.repository.js';
import { inSlackWrongly, inTheLedgerWrongly, leftOver, overtaken, sentAgainWrongly, type LedgerRow } from './crowded-history-judge.js';
import { changed } from './opened-living.js';
import type { PostedInSandbox, RunningNotifier } from './running-notifier.js';

/** A token of the sandbox that many connections may share. */
const TOKEN = 'xoxb-sandbox-acme';
const WORKFLOWS = ['w0', 'w1', 'w2'];
const SECONDS = 3;
const LONGEST_REST_MS = 150_000;
/** Longer than anything that ends by itself but a lease. */
const LEASES_END_MS = 20_000;

export type InSandbox = PostedInSandbox & { thread_ts?: string };

export interface Played {
  notifier: RunningNotifier;
  /** Where its replicas answer. */
  urls: readonly string[];
  /** Ids of channels that no other history uses, and that messages are sent to; and of as many that they may be given instead. */
  channels: readonly string[];
  nextIds: readonly string[];
  random: () => number;
}

export class CrowdedHistory {
  readonly organizationId: string;
  /** What was done, for whoever looks for the reason of a failure. */
  readonly story: string[] = [];
  private readonly accepted: string[] = [];
  private readonly issues: Issue[];
  private connection: ConnectionChanged | undefined;
  /** Also what a person sent. */
  private isResent = false;

  constructor(private readonly played: Played, name: string) {
    this.organizationId = name;
    this.issues = Array.from({ length: 6 }, (_, n) => anIssue({ id: `${name}-i${n}` }));
  }

  /** @returns sentences on what does not hold */
  async play(): Promise<string[]> {
    const { notifier } = this.played;
    this.connection = await insist(() => notifier.connect({ organizationId: this.organizationId, appId: `A-${this.organizationId}` }, { token: TOKEN }));
    if (this.below(3) === 0) await this.decide(this.pick(['resend', 'hold'] as const));
    const end = performance.now() + SECONDS * 1000;
    await Promise.all([this.repeat(end, 30, () => this.send()), this.repeat(end, 60, () => this.send()), ...[150, 150, 250].map((pause) => this.repeat(end, pause, () => this.act()))]);
    const isAtRest = await this.comeToRest();
    return [...(isAtRest ? [] : ['it does not come to rest']), ...(await this.judge())];
  }

  /** What becomes of whatever Slack may have. */
  private async decide(policy: UnconfirmedPolicy): Promise<void> {
    this.story.push(`everything: ${policy}`);
    this.isResent = policy === 'resend';
    const settings = Object.assign({}, DEFAULT_DELIVERY_SETTINGS, { unconfirmed: { workflow: policy, manual: policy } });
    await this.query('insert into notifier.delivery_settings (organization_id, settings) values ($1, $2) on conflict do nothing', JSON.stringify(settings));
  }

  private below(limit: number): number {
    return Math.floor(this.played.random() * limit);
  }

  private pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  private async repeat(end: number, pauseMs: number, work: () => Promise<unknown>): Promise<void> {
    while (performance.now() < end) {
      await work();
      await sleep(this.played.random() * 2 * pauseMs);
    }
  }

  private async send(): Promise<void> {
    const [hot = ''] = this.played.channels;
    const issue = this.pick(this.issues);
    const command: Partial<SendToSlack> = {
      commandId: uuid(), organizationId: this.organizationId, connectionId: this.connection?.id ?? '', issues: [issue],
      destination: this.below(8) === 0 ? { name: nameOf(hot) } : { id: this.below(2) === 0 ? hot : this.pick(this.played.channels) },
      ...(this.below(5) === 0 ? { source: { kind: 'manual', user: 'ada@acme.test' }, comment: 'Please look.' } : { change: 'new', source: { kind: 'workflow', workflowId: this.pick(WORKFLOWS), version: 1, stepId: 's1' } }),
      ...(this.below(20) === 0 && { expiresAt: new Date(Date.now() + this.below(3000)).toISOString() }),
      ...(this.below(3) === 0 && { comment: `Comment ${this.accepted.length}` }),
    };
    for (let copies = this.below(8) === 0 ? 2 : 1; copies > 0; copies -= 1) await insist(() => this.played.notifier.send(command));
    this.accepted.push(command.commandId ?? '');
  }

  private async act(): Promise<void> {
    const acts: Record<string, [weight: number, act: () => Promise<unknown>]> = {
      fault: [8, () => this.fault()], cancel: [3, () => this.cancel()], cancelMany: [1, () => this.call('/v1/deliveries/cancel', { filter: { workflowId: [this.pick(WORKFLOWS)] } })],
      pause: [2, () => this.call('/v1/deliveries/pause', this.scope())], resume: [3, () => this.call('/v1/deliveries/resume', this.scope())],
      replay: [4, () => this.replay()], replayMany: [1, () => this.call('/v1/deliveries/replay', { filter: { state: ['failed', 'dead', 'suppressed', 'unconfirmed'] } })], retract: [2, () => this.retract()],
      connection: [2, () => this.changeConnection()], move: [1, () => this.move()], news: [4, () => this.news()], time: [3, () => this.passTime(5)], leases: [2, () => this.endLeases()],
    };
    const [name, [, act]] = this.pick(Object.entries(acts).flatMap((one) => Array.from({ length: one[1][0] }, () => one)));
    this.story.push(name);
    await act();
  }

  private scope(): object {
    return this.below(3) === 0 ? {} : { workflowId: this.pick(WORKFLOWS) };
  }

  private async fault(): Promise<void> {
    const fault = this.pick<object>([
      { lost: 'after' }, { lost: 'before' }, { status: 500 }, { status: 503, lost: 'after' }, { error: 'internal_error' }, { error: 'invalid_blocks' }, { error: 'invalid_blocks', times: 3 }, { error: 'not_in_channel' },
      { retryAfter: 1 }, { latencyMs: 400, times: 3 }, { latencyMs: 1500, times: 2 }, { method: 'chat.update', lost: 'after' }, { method: 'chat.update', status: 500 }, { method: 'chat.delete', lost: 'after' }, { error: 'token_revoked' },
    ]);
    this.story.push(JSON.stringify(fault));
    await this.played.notifier.control('faults', { method: 'chat.postMessage', channel: this.pick(this.played.channels), times: 1, ...fault });
  }

  private async cancel(): Promise<void> {
    const [row] = await this.query<{ delivery_id: string }>(`select delivery_id from notifier.deliveries where organization_id = $1 and state = 'waiting' order by random() limit 1`);
    if (row) await this.call(`/v1/deliveries/${row.delivery_id}/cancel`, {});
  }

  private async replay(): Promise<void> {
    const [row] = await this.query<{ delivery_id: string }>(`select delivery_id from notifier.deliveries where organization_id = $1 and settled_at is not null and state <> 'posted' order by random() limit 1`);
    if (row) await this.call(`/v1/deliveries/${row.delivery_id}/replay`, {});
  }

  private async retract(): Promise<void> {
    const [row] = await this.query<{ delivery_id: string }>(`select delivery_id from notifier.deliveries where organization_id = $1 and state = 'posted' and digest_id is null order by random() limit 1`);
    if (row) await insist(() => this.takeBack(row.delivery_id));
  }

  /** @throws Error when nobody knows whether it is gone, or somebody is at it */
  private async takeBack(id: string): Promise<void> {
    const status = await this.call(`/v1/deliveries/${id}/retract`, {}, [503, 429]);
    const [row] = await this.query<{ state: string; digest_id: string | null }>('select state, digest_id from notifier.deliveries where organization_id = $1 and delivery_id = $2', id);
    if (status === 409 && row?.state === 'posted' && row.digest_id === null) throw new Error('it is being taken back');
  }

  private async changeConnection(how: Partial<ConnectionChanged> = this.pick<Partial<ConnectionChanged>>([{ paused: true }, { paused: false }, { paused: false }, { disconnected: true }, { paused: false, credentialVersion: (this.connection?.credentialVersion ?? 1) + 1 }])): Promise<void> {
    const { notifier } = this.played;
    this.story.push(JSON.stringify(how));
    const { disconnected: _, ...before } = this.connection as ConnectionChanged;
    this.connection = await insist(() => notifier.connect({ ...before, ...how, version: before.version + 1 }, { token: TOKEN }));
  }

  /** Slack gives a channel another id. */
  private async move(): Promise<void> {
    const n = this.below(this.played.nextIds.length);
    const report = { organizationId: this.organizationId, connectionId: this.connection?.id, channel: { id: this.played.channels[n] }, news: 'id_changed', newId: this.played.nextIds[n], at: new Date().toISOString() };
    await insist(() => this.played.notifier.publish('channel.reported.v1', this.organizationId, report));
  }

  private async news(): Promise<void> {
    const n = this.below(this.issues.length);
    const before = this.issues[n] as Issue;
    const severities = (['critical', 'high', 'low'] as const).filter((other) => other !== before.severity);
    const heard = this.below(3) === 0 ? changed(before, { status: before.status === 'open' ? 'resolved' : 'open' }, before.status === 'open' ? 'resolved' : 'reopened') : changed(before, { severity: this.pick(severities) });
    this.issues[n] = heard.issue;
    await insist(() => this.played.notifier.publish('issue.changed.v1', this.organizationId, { ...heard, organizationId: this.organizationId }));
  }

  /** As if this much time had passed for whatever waits; not for leases. */
  private async passTime(seconds: number): Promise<void> {
    const by = 'make_interval(secs => $2)';
    await this.query(`update notifier.lanes set next_at = next_at - ${by} where organization_id = $1 and next_at < 'infinity' and next_at > clock_timestamp() and leased_until < clock_timestamp()`, seconds);
    await this.query(`update notifier.deliveries set not_before = not_before - ${by} where organization_id = $1 and state = 'waiting' and not_before > clock_timestamp()`, seconds);
    await this.query(`update notifier.connections set asked_at = asked_at - ${by} where organization_id = $1`, seconds);
    await this.query(`update notifier.breakers set probe_at = probe_at - ${by}, edit_probe_at = edit_probe_at - ${by} where $1 <> '' and probe_at > clock_timestamp()`, seconds);
  }

  /** As if their holders stood still for longer than a lease. */
  private async endLeases(): Promise<void> {
    await this.query('update notifier.lanes set leased_until = clock_timestamp() where organization_id = $1 and leased_until > clock_timestamp()');
  }

  /** @returns false when something is under way still */
  private async comeToRest(): Promise<boolean> {
    for (const scope of [{}, ...WORKFLOWS.map((workflowId) => ({ workflowId }))]) await insist(() => this.call('/v1/deliveries/resume', scope, [503]));
    await this.changeConnection({ paused: false });
    const from = performance.now();
    for (; performance.now() - from < LONGEST_REST_MS;) {
      const [row] = await this.query<{ under_way: number }>(
        `select ((select count(*) from notifier.deliveries where organization_id = $1 and state in ('waiting', 'posting')) + (select count(*) from notifier.outbox where organization_id = $1)
           + (select count(*) from notifier.replays where organization_id = $1 and state = 'running') + (select count(*) from bus.messages where queue <> 'issues.connection.changed.v1' and body like '%"' || $1 || '"%')
           + (select count(*) from notifier.lanes where organization_id = $1 and leased_until > clock_timestamp()))::int as under_way`,
      );
      if (row?.under_way === 0) return true;
      await this.passTime(900);
      if (performance.now() - from > LEASES_END_MS) await this.endLeases();
      await sleep(300);
    }
    return false;
  }

  private async judge(): Promise<string[]> {
    const rows = await this.query<LedgerRow>(
      `select delivery_id, kind, state, version, ambiguous, source_kind, digest_id, slack_channel, slack_ts, error->>'code' as code, replay_of, lane_id, priority, said_at, arrival, created_at, claimed_at,
         exists (select 1 from notifier.timeline t where t.organization_id = d.organization_id and t.delivery_id = d.delivery_id and t.kind in ('paused', 'attempt', 'changed', 'waiting', 'folded', 'found')) as was_held
       from notifier.ledger d where organization_id = $1`,
    );
    const [counted] = await this.query<{ accepted: number }>('select coalesce(sum(accepted), 0)::int as accepted from notifier.accepted_counts where organization_id = $1');
    const lanes = await this.query<{ lane_id: string; active: boolean; leased: boolean }>('select lane_id, active, leased_until > clock_timestamp() as leased from notifier.lanes where organization_id = $1');
    const said = new Map<string, { state: string; version: number }>();
    for (const { data } of this.played.notifier.heard.filter(({ organizationid, type }) => organizationid === this.organizationId && type === 'delivery.settled.v1')) {
      const { id, state, version } = data as unknown as { id: string; state: string; version: number };
      if (version > (said.get(id)?.version ?? 0)) said.set(id, { state, version });
    }
    const posts = (await Promise.all([...this.played.channels, ...this.played.nextIds].map((channel) => this.played.notifier.messages(channel)))).flat() as InSandbox[];
    return [...inTheLedgerWrongly(this.accepted, rows, counted?.accepted ?? 0, said), ...inSlackWrongly(rows, posts, !this.isResent), ...sentAgainWrongly(rows), ...overtaken(rows), ...leftOver(lanes)];
  }

  private async query<T extends object>(sql: string, ...parameters: unknown[]): Promise<T[]> {
    return insist(() => this.played.notifier.database.query<T & Record<string, unknown>>(sql, [this.organizationId, ...parameters])); // it may end in a deadlock
  }

  /** @throws Error when it answers one of these, or by a defect */
  private async call(path: string, body: object, not: readonly number[] = []): Promise<number> {
    const token = await this.played.notifier.issuer.token({ user: 'noa@acme.test', organization: this.organizationId, roles: ['admin'] });
    const response = await fetch(`${this.pick(this.played.urls)}${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const text = await response.text();
    this.story.push(`${path.split('/').at(-1) ?? ''} ${response.status}`);
    if (response.status === 500 || not.includes(response.status)) throw new Error(`${path} answers ${response.status}: ${text}`);
    return response.status;
  }
}

/** As the sandbox calls what it generates. */
function nameOf(channelId: string): string {
  return `#team-${channelId.slice(-6)}`;
}

/** Until it succeeds: whoever asks repeats what was not confirmed. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 60) throw error;
      await sleep(Math.min(1000, 25 * attempt));
    }
  }
}
