/**
 * Everything that can happen to digests and their messages, in an order that chance decides, on a real database. What is
 * promised is asked after each step, of each digest that is about to be posted, and when nothing waits any more.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';

import type { SendToSlack } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { anIssue } from '@tocsin/testing';

import { chance } from '../../test/chance.js';
import { BY_WORKFLOW, OpenedDigests } from '../../test/opened-digests.js';
import { changed } from '../../test/opened-living.js';
import { POSTED, waits } from '../../test/opened-lanes.js';
import type { Author } from '../author.js';
import { commandOf, type Claim } from '../deliveries/claim.js';
import type { Outcome } from '../deliveries/delivery-result.js';
import { suppressed } from '../deliveries/outcome.js';
import { DestinationRepository } from '../destinations/destination.repository.js';
import { LaneMoves } from '../directory/lane-moves.js';
import { tell, traced } from '../living/claim-telling.js';
import type { Trace } from '../living/told.js';
import { splitUp } from './digest-outcome.js';

/** A message that Slack is asked to post. */
interface Post {
  claim: Claim;
  ts: string;
  leaves: Trace | undefined;
  /** The deliveries that it tells. */
  tells: string[];
  /** As what it tells each of its issues. */
  says: Map<string, Issue['status']>;
  /** Its answer came when something else was recorded of it already. */
  isLate: boolean;
}

interface Member {
  delivery_id: string;
  workflow_id: string;
  issue_ids: string[];
  state: string;
  is_expired: boolean;
}

const author: Author = { organizationId: 'acme', actor: { kind: 'user', id: 'ada@acme.test' } };
const WORKFLOWS = ['w0', 'w1', 'w2'];
const CHANNELS = ['C0SECALERT', 'C0NEWID0001', 'C0NEWID0002'];
const REFUSED: Outcome = { ...waits(), state: 'failed', error: { code: 'not_in_channel', message: 'Refused', remedy: '' }, story: { kind: 'failed', text: 'Refused' } };
const SPLIT: Outcome = splitUp(REFUSED, { family: 'refused', kind: 'content', code: 'invalid_blocks', message: 'Refused', remedy: '' });
const KEPT_BACK = suppressed({ code: 'leak_guard', message: 'The leak guard keeps secrets out of a public channel.', remedy: 'Send it elsewhere.' });
const LOST = waits({ ambiguous: 1 });
const UNCONFIRMED: Outcome = { ...REFUSED, state: 'unconfirmed', ambiguous: 1 };
const STEPS = 120;

let digests: OpenedDigests;

beforeAll(async () => { digests = await OpenedDigests.open(); }, 60_000);
afterAll(() => digests.opened.close());

async function query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
  return digests.opened.source.query<T[]>(sql, parameters);
}

class World {
  /** What happened, for whoever looks for the reason of a failure. */
  readonly story: string[] = [];
  /** As they are. */
  private readonly issues = Array.from({ length: 12 }, (_, n) => anIssue({ id: `i${n}`, severity: 'high' }));
  /** As they were: what comes late tells them so. */
  private readonly past = [...this.issues];
  private readonly below: (below: number) => number;
  private posting: Post | undefined;
  /** Posts whose end nobody heard of. */
  private readonly lost: Post[] = [];
  /** What stands in the channel. */
  private readonly arrived: Post[] = [];
  private posts = 0;
  private channel = 0;

  constructor(seed: number) {
    this.below = chance(seed);
  }

  private pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  /** Something happens. */
  async step(): Promise<void> {
    const { pauses, settling } = digests;
    const steps: Record<string, [weight: number, take: () => Promise<unknown>]> = {
      arrive: [4, () => this.arrive()], news: [4, () => this.news()], claim: [6, () => this.claim()], answer: [6, () => this.answer()], late: [1, () => this.answerLate()], settle: [4, () => settling.pass()],
      cancel: [2, () => this.cancel()], pause: [1, () => pauses.pause(author, this.pick(['', ...WORKFLOWS]))], resume: [1, () => this.resume()], hold: [2, () => pauses.settle('acme')],
      age: [1, () => this.age()], sweep: [1, () => digests.sweep.pass()], change: [1, () => this.changeId()], lead: [2, () => this.leadOn()],
    };
    const [name, [, take]] = this.pick(Object.entries(steps).flatMap((one) => Array.from({ length: one[1][0] }, () => one)));
    this.story.push(name);
    await take();
    await expectNothingLost();
  }

  private async arrive(): Promise<void> {
    await digests.acceptMany(1 + this.below(5), () => {
      const issue = this.pick(this.below(4) === 0 ? this.past : this.issues);
      return { issues: [issue], change: issue.status === 'resolved' ? 'resolved' : issue.revision === 1 ? 'new' : 'updated', source: { ...BY_WORKFLOW, workflowId: this.pick(WORKFLOWS) } };
    });
    await query(`update deliveries set created_at = now() - interval '2 hours' where kind = 'message'`); // late enough to be folded
    await query(`update lanes set fold_at = '-infinity'`);
  }

  private async news(): Promise<void> {
    const n = this.below(this.issues.length);
    const before = this.issues[n] as Issue;
    const { severity, status } = before;
    const heard = this.below(3) === 0 ? changed(before, { severity: this.pick((['critical', 'high', 'low'] as const).filter((other) => other !== severity)) })
      : status === 'open' ? changed(before, { status: 'resolved' }, 'resolved') : changed(before, { status: 'open' }, 'reopened');
    this.past.push(before);
    this.issues[n] = heard.issue;
    await digests.changes.take([heard]);
  }

  /** As far as what is due next is decided: it is folded, judged, or about to be posted. */
  private async claim(): Promise<void> {
    if (this.posting) return;
    const { opened, folding, renewal } = digests;
    await opened.passTime(45);
    const [lane] = await opened.lanes.claim(1);
    if (lane?.isToFold === true) await folding.fold(lane);
    const [claim] = lane?.claims ?? [];
    if (!claim) return;
    if (claim.leftover) return opened.finish(claim, this.pick([UNCONFIRMED, LOST, LOST]));
    const renewed = claim.delivery.kind === 'digest' ? await renewal.renew(claim) : undefined;
    if (renewed && 'outcome' in renewed) return this.below(3) === 0 ? undefined : opened.finish(claim, renewed.outcome); // or it dies over it
    Object.assign(claim.delivery, renewed);
    const told = tell(claim.delivery, commandOf(claim.delivery));
    if ('outcome' in told) return opened.finish(claim, told.outcome);
    const members = await query<Member>('select delivery_id, workflow_id, issue_ids, state, expires_at <= clock_timestamp() as is_expired from ledger where digest_id = $1', [claim.deliveryId]);
    if (claim.delivery.kind === 'digest') await this.expectToTell(told.shown.command, members);
    this.posts += 1;
    this.posting = { claim, ts: `1.${this.posts}`, leaves: told.leaves, tells: [claim.deliveryId, ...members.map(({ delivery_id }) => delivery_id)], says: this.saidBy(told.shown.command, members), isLate: false };
  }

  private saidBy({ issues, digest }: SendToSlack, members: readonly Member[]): Post['says'] {
    const named = [...issues, ...(digest?.sections.flatMap((section) => section.issues) ?? [])];
    const counted = this.issues.filter(({ id }) => members.some(({ issue_ids }) => issue_ids.includes(id)));
    return new Map([...named, ...counted].map(({ id, status }) => [id, status]));
  }

  /** A digest tells its messages, some at least, none that is over, and their issues as they are. */
  private async expectToTell({ digest, source }: SendToSlack, members: readonly Member[]): Promise<void> {
    expect(members.length).toBeGreaterThan(0);
    expect(source).toMatchObject({ kind: 'digest', of: members.length });
    expect(members.filter(({ state, is_expired }) => state !== 'waiting' || is_expired)).toEqual([]);
    const paused = (await query<{ workflow_id: string }>('select workflow_id from pauses')).map(({ workflow_id }) => workflow_id);
    if (!paused.includes('') && !('workflowId' in source)) expect(members.filter(({ workflow_id }) => paused.includes(workflow_id))).toEqual([]); // what is paused as a whole is held as a whole
    const about = this.issues.filter(({ id }) => members.some(({ issue_ids }) => issue_ids.includes(id)));
    const open = about.filter(({ status }) => status === 'open');
    const counts = { critical: 0, high: 0, low: 0, resolved: about.length - open.length };
    for (const { severity } of open) counts[severity as 'critical' | 'high' | 'low'] += 1;
    expect({ critical: 0, high: 0, low: 0, resolved: 0, ...digest?.totals }).toMatchObject(counts);
    for (const { id, revision } of digest?.sections.flatMap(({ issues }) => issues) ?? []) expect([id, revision]).toEqual([id, about.find((issue) => issue.id === id)?.revision]);
  }

  /** What becomes of what is being posted. */
  private async answer(): Promise<void> {
    const post = this.posting;
    if (!post) return;
    this.posting = undefined;
    const { claim, leaves } = post;
    const isDigest = claim.delivery.kind === 'digest';
    const outcome = this.pick<Outcome | 'posted' | 'dies' | 'dies asking'>(['posted', 'posted', 'posted', 'dies', 'dies asking', LOST, UNCONFIRMED, REFUSED, waits(), waits(), ...(isDigest ? [SPLIT, KEPT_BACK] : [])]);
    if (outcome === 'posted') return this.arriveInSlack(post);
    if (outcome === 'dies') return;
    if (outcome === 'dies asking') await digests.opened.lanes.markStarted([claim]);
    else await digests.opened.finish(claim, traced(outcome, leaves, false));
    if (outcome === 'dies asking' || outcome === LOST || outcome === UNCONFIRMED) this.lost.push(post);
  }

  private async answerLate(): Promise<void> {
    const [post] = this.lost.splice(this.below(Math.max(1, this.lost.length)), 1);
    if (post) await this.arriveInSlack(Object.assign(post, { isLate: true }));
  }

  private async arriveInSlack(post: Post): Promise<void> {
    this.arrived.push(post);
    await digests.opened.finish(post.claim, traced({ ...POSTED, ts: post.ts }, post.leaves, false));
  }

  private async cancel(): Promise<void> {
    const waiting = await query<{ delivery_id: string; issue_ids: string[] }>(`select delivery_id, issue_ids from ledger where state = 'waiting' order by arrival`);
    if (waiting.length === 0) return;
    const { delivery_id: id, issue_ids } = this.pick(waiting);
    await digests.cancellation.cancel(author, this.pick([{ id: [id] }, { id: [id] }, { issueId: issue_ids.slice(0, 1) }, { workflowId: [this.pick(WORKFLOWS)] }]));
  }

  private async resume(): Promise<void> {
    const paused = await query<{ workflow_id: string }>('select workflow_id from pauses order by 1');
    if (paused.length > 0) await digests.pauses.resume(author, this.pick(paused).workflow_id);
  }

  private async age(): Promise<void> {
    const waiting = await query<{ delivery_id: string }>(`select delivery_id from deliveries where state = 'waiting' and kind = 'message' and held_since is null order by arrival`);
    if (waiting.length > 0) await query(`update deliveries set expires_at = now() - interval '1 second' where delivery_id = $1`, [this.pick(waiting).delivery_id]);
  }

  /** Slack gives the channel another id. */
  private async changeId(): Promise<void> {
    const [old, next] = CHANNELS.slice(this.channel);
    if (old === undefined || next === undefined || this.below(4) > 0) return;
    const { outbox, destinations } = digests.opened;
    if (await outbox.transaction((tx) => destinations.changeId(tx, { organizationId: 'acme', connectionId: 'connection-1', destinationId: old }, next, Date.now()))) this.channel += 1;
  }

  /** What waits at an id that was changed goes on to the one that the channel has now. */
  private async leadOn(): Promise<void> {
    const lanes = await query<{ lane_id: string; destination_key: string }>('select lane_id, destination_key from lanes where active and provisional and leased_until <= clock_timestamp() order by lane_id');
    for (const { lane_id: laneId, destination_key: destinationId } of lanes) {
      const place = { organizationId: 'acme', connectionId: 'connection-1', laneId };
      await digests.opened.outbox.transaction(async (tx) => {
        const found = await new DestinationRepository().present(tx, { ...place, destinationId });
        await new LaneMoves().toNewId(tx, place, destinationId, { ...found, kind: 'channel' });
      });
    }
  }

  /** Nothing is paused any more, and Slack takes everything, until nothing waits. */
  async comeToRest(): Promise<void> {
    this.story.push('rest');
    for (const workflowId of ['', ...WORKFLOWS]) await digests.pauses.resume(author, workflowId);
    for (let rounds = 0; rounds < 300 && (await underWay()).length > 0; rounds += 1) {
      if (this.posting) await this.arriveInSlack(this.posting);
      this.posting = undefined;
      await digests.settleAll();
      await digests.pauses.settle('acme');
      await digests.sweep.pass();
      await this.leadOn();
      await this.claim();
    }
    await digests.settleAll();
    await this.expectOneEnd();
    await this.expectToldAsTheyAre();
  }

  /** Each message has one end, which is what became of it and what was said of it; none was told twice but where an answer was lost. */
  private async expectOneEnd(): Promise<void> {
    expect(await underWay()).toEqual([]);
    expect(await query('select * from digests where told is null')).toEqual([]);
    const said = new Map((await digests.opened.said()).filter(({ type }) => type === 'delivery.settled.v1').map(({ subject, data }) => [subject, data['state']]));
    for (const { delivery_id: id, state, error } of await digests.rows()) {
      const posts = this.arrived.filter(({ tells }) => tells.includes(id));
      const isTold = state === 'posted' ? posts.length > 0 : posts.some(({ isLate }) => !isLate);
      const isTwice = posts.length > 1 && !posts.some(({ isLate }) => isLate);
      expect({ id, error, said: said.get(id), isTold, isTwice }).toEqual({ id, error, said: state, isTold: state === 'posted', isTwice: false });
    }
  }

  /** Whoever reads the channel knows of each issue that was told there what it is: by the message, which is kept up to date, or by a digest and its thread. */
  private async expectToldAsTheyAre(): Promise<void> {
    for (const { id, status, revision } of this.issues) {
      const told = await query<{ in_digest: boolean; wanted_revision: number }>('select in_digest, wanted_revision from told_issues where issue_id = $1 and ts is not null', [id]);
      const unsaid = await query(`select 1 from ledger where kind = 'reply' and issue_ids @> array[$1] and (state in ('failed', 'dead', 'unconfirmed') or error->>'code' = 'cancelled')`, [id]);
      const posts = this.arrived.filter(({ says }) => says.has(id));
      if (told.length === 0 || unsaid.length > 0 || posts.some(({ isLate }) => isLate)) continue;
      if (told.some(({ in_digest }) => !in_digest)) expect({ id, revision: told[0]?.wanted_revision }).toEqual({ id, revision });
      else expect({ id, status: posts.at(-1)?.says.get(id) }).toEqual({ id, status });
    }
  }
}

async function underWay(): Promise<unknown[]> {
  return query(`select delivery_id, kind, state, digest_id from deliveries where state in ('waiting', 'posting')`);
}

/** What was accepted is there, and no message waits for a digest that will tell it nothing. */
async function expectNothingLost(): Promise<void> {
  const [sums] = await query<{ accepted: number; rows: number }>('select coalesce(sum(accepted), 0)::int as accepted, (select count(*)::int from deliveries) as rows from accepted_counts');
  expect(sums?.accepted).toBe(sums?.rows);
  expect(await query(
    `select m.delivery_id from deliveries m left join deliveries g on g.delivery_id = m.digest_id left join digests o on o.digest_id = m.digest_id
     where m.state = 'waiting' and m.digest_id is not null and (g.state in ('waiting', 'posting')) is not true and (o.told is distinct from g.state and o.digest_id is not null) is not true`,
  )).toEqual([]);
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('whatever happens to digests, each message has one end and each issue is told as it is (%i)', async (seed) => {
  await digests.clear();
  const world = new World(seed);
  try {
    for (let step = 0; step < STEPS; step += 1) await world.step();
    await world.comeToRest();
  } catch (error) {
    throw new Error(`after: ${world.story.join(', ')}`, { cause: error });
  }
}, 60_000);
