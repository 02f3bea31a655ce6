/**
 * Everything that can happen to messages about issues that change, in an order that chance decides, on a real database: news and
 * commands that overtake each other, answers of Slack's that are lost, edits that are refused, messages that people delete, pauses,
 * backlogs that are folded. What is asked when all has come to rest is what a reader of the channel knows then.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { decideChange, type FieldChange, type Issue, type IssueChange } from '@tocsin/domain';
import { Audit, createLogger, ProblemException } from '@tocsin/platform';
import { anIssue } from '@tocsin/testing';

import { chance } from '../../test/chance.js';
import { OpenedDigests } from '../../test/opened-digests.js';
import { PlayedChannel, type Mood, type Shown } from '../../test/played-channel.js';
import type { Author } from '../author.js';
import type { SlackDoors } from '../connections/slack-doors.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { DeliveryMetrics } from '../deliveries/delivery.metrics.js';
import { PostDelivery } from '../deliveries/post-delivery.js';
import { ResultRecorder } from '../deliveries/result-recorder.js';
import { SendLane } from '../deliveries/send-lane.js';
import type { DirectoryRepository } from '../directory/directory.repository.js';
import type { ChannelReadership } from '../directory/readership.js';
import { AnswersInThread } from '../ledger/answers-in-thread.repository.js';
import { DeliveryQueries } from '../ledger/delivery.queries.js';
import { RetractionLease } from '../ledger/retraction-lease.repository.js';
import { RetractionWaits } from '../ledger/retraction-waits.repository.js';
import { Retraction } from '../ledger/retraction.js';
import { DeliverySettingsRepository } from '../settings/delivery-settings.repository.js';
import { EditMessage } from './edit-message.js';
import { EditRepository } from './edit.repository.js';

const author: Author = { organizationId: 'acme', actor: { kind: 'user', id: 'ada@acme.test' } };
/** What each of them tells. */
const WORKFLOWS = { w0: ['new', 'reopened', 'updated', 'resolved'], w1: ['new', 'reopened'], w2: ['resolved', 'updated'] } as const;
const SEVERITIES = ['critical', 'high', 'low'] as const;
const STEPS = 100;
const ISSUES = 6;

let digests: OpenedDigests;

beforeAll(async () => { digests = await OpenedDigests.open(); }, 60_000);
afterAll(() => digests.opened.close());

async function query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
  return digests.opened.source.query<T[]>(sql, parameters);
}

class World {
  /** What happened, for whoever looks for the reason of a failure. */
  readonly story: string[] = [];
  /** Each as it was from its first revision on, which its title names. */
  readonly histories: Issue[][] = Array.from({ length: ISSUES }, () => []);
  readonly channel: PlayedChannel;
  private readonly below: (below: number) => number;
  private readonly send: SendLane;
  private readonly edits: EditRepository;
  private readonly editing: EditMessage;
  private readonly retraction: Retraction;
  /** What was said and has not come yet. */
  private readonly transit: { what: string; come: () => Promise<unknown> }[] = [];
  private isAtRest = false;
  private depth = 0;
  private commands = 0;

  constructor(seed: number) {
    this.below = chance(seed);
    const { opened } = digests;
    opened.config.SLACK_CHANNEL_INTERVAL_MS = this.below(2);
    this.channel = new PlayedChannel((method) => this.mood(method), () => this.meanwhile());
    const logger = createLogger('test', 'silent');
    const metrics = new DeliveryMetrics(undefinedMetrics(), opened.source);
    const doors = { open: () => Promise.resolve(this.channel.door), openVersioned: () => Promise.resolve({ door: this.channel.door, credentialVersion: 1 }) } as unknown as SlackDoors;
    const settings = new DeliverySettingsRepository(opened.source);
    const readership = { of: () => Promise.resolve({ known: { isPrivate: true, isShared: false } }) } as unknown as ChannelReadership;
    const directory = { peopleByEmail: () => Promise.resolve([]) } as unknown as DirectoryRepository;
    const post = new PostDelivery(doors, opened.connections, settings, readership, directory, digests.renewal, digests.members, metrics, opened.config);
    this.send = new SendLane(opened.lanes, post, new ResultRecorder(opened.lanes, logger), metrics, digests.settling, logger, opened.config);
    this.edits = new EditRepository(opened.source, opened.config);
    const ledger = new DeliveryQueries(opened.source, undefined as never);
    const log = new DeliveryLog(opened.outbox);
    this.retraction = new Retraction(ledger, doors, metrics, opened.told, new RetractionLease(opened.source), new RetractionWaits(), new AnswersInThread(opened.source), opened.breakers, log, opened.outbox, new Audit());
    this.editing = new EditMessage(this.edits, opened.outbox, opened.arrivals, log, opened.holds, doors, settings, readership, directory, metrics, opened.config);
  }

  private pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  private mood(method: string): Mood {
    if (this.isAtRest) return 'ok';
    const mood = this.pick<Mood>(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'lost, done', 'lost, not done', 'busy', 'away', 'refuses blocks', 'refuses']);
    this.story.push(`(${method}: ${mood})`);
    return mood;
  }

  /** Slack is asked, and the world goes on. */
  private async meanwhile(): Promise<void> {
    if (this.isAtRest || this.depth > 0 || this.below(3) > 0) return;
    this.depth += 1;
    for (let more = 1 + this.below(3); more > 0; more -= 1) await this.take({ change: [3, () => { this.change(); }], come: [5, () => this.come()], cancel: [1, () => this.cancel()], pause: [1, () => this.pause()], resume: [1, () => this.resume()], delete: [1, () => { this.delete(); }] });
    this.depth -= 1;
  }

  async step(): Promise<void> {
    await this.take({
      change: [6, () => { this.change(); }], come: [10, () => this.come()], send: [8, () => this.sendNext()], edit: [6, () => this.edit(1 + this.below(3))], settle: [4, () => digests.settling.pass()],
      pass: [4, () => this.pass(this.pick([1, 5, 45]))], late: [2, () => this.fallBehind()], byHand: [1, () => this.sendByHand()], cancel: [1, () => this.cancel()], pause: [1, () => this.pause()], resume: [2, () => this.resume()],
      hold: [2, () => digests.pauses.settle('acme')], delete: [1, () => { this.delete(); }], retract: [1, () => this.retract()], fix: [1, () => { this.fix(); }], sweep: [1, () => digests.sweep.pass()],
    });
  }

  private async take(steps: Record<string, [weight: number, take: () => unknown]>): Promise<void> {
    const [name, [, take]] = this.pick(Object.entries(steps).flatMap((one) => Array.from({ length: one[1][0] }, () => one)));
    this.story.push(name);
    await take();
  }

  /** An issue is found, or changes; it is said to notifier and to the workflows. */
  private change(): void {
    const n = this.below(ISSUES);
    const history = this.histories[n] as Issue[];
    const before = history.at(-1);
    const issue = { ...(before ?? anIssue({ id: `i${n}`, severity: this.pick(SEVERITIES) })), ...(before && this.turn(before)), revision: history.length + 1, title: `i${n}@${history.length + 1}` };
    history.push(issue);
    const { kind, changes } = decideChange(before, issue);
    const change: IssueChange | undefined = kind === 'existing' ? undefined : kind === 'excluded' ? 'updated' : kind;
    this.story.push(`[i${n}@${issue.revision} ${change ?? 'refreshed'}: ${issue.severity} ${issue.status}]`);
    if (before) this.say(`news i${n}@${issue.revision}`, () => digests.changes.take([{ organizationId: 'acme', issue, changes, ...(change && { change }) }]));
    if (before && this.below(6) === 0) this.say(`news again i${n}@${issue.revision}`, () => digests.changes.take([{ organizationId: 'acme', issue, changes, ...(change && { change }) }]));
    for (const [workflowId, told] of Object.entries(WORKFLOWS)) if (change && (told as readonly string[]).includes(change)) this.command(workflowId, issue, change, changes);
  }

  private turn({ severity, status }: Issue): Partial<Issue> {
    switch (this.below(5)) {
      case 0:
        return {};
      case 1:
        return status === 'resolved' ? { status: 'open' } : { status: 'resolved' };
      case 2:
        return status === 'excluded' ? { status: 'open' } : status === 'open' ? { status: 'excluded' } : {};
      default:
        return status === 'open' ? { severity: this.pick(SEVERITIES.filter((other) => other !== severity)) } : {};
    }
  }

  private command(workflowId: string, issue: Issue, change: IssueChange, changes: FieldChange[]): void {
    this.commands += 1;
    const commandId = `${workflowId}-${issue.title}-${this.commands}`;
    this.say(`command ${commandId} ${change}`, () => digests.opened.accept({ commandId, issues: [issue], change, changes, source: { kind: 'workflow', workflowId, version: 1, stepId: 's1' } }));
  }

  private say(what: string, come: () => Promise<unknown>): void {
    this.transit.push({ what, come });
  }

  private async come(): Promise<void> {
    const [next] = this.transit.splice(this.below(Math.min(4, this.transit.length)), 1);
    if (!next) return;
    this.story.push(`[${next.what}]`);
    await next.come();
  }

  private async sendByHand(): Promise<void> {
    const known = this.histories.flatMap((history) => history.slice(-1));
    if (known.length === 0) return;
    this.commands += 1;
    const issues = this.below(3) === 0 ? known.slice(0, 3) : [this.pick(known)];
    await digests.opened.accept({ commandId: `hand-${issues.map(({ title }) => title).join('+')}-${this.commands}`, issues });
  }

  private async sendNext(): Promise<void> {
    await this.pass(2);
    await this.sendSome(1 + this.below(2));
  }

  /** @returns whether there was anything to send */
  private async sendSome(lanes: number): Promise<boolean> {
    await digests.settleAll(); // as soon as they are posted
    const claimed = await digests.opened.lanes.claim(lanes);
    for (const lane of claimed) {
      if (lane.isToFold) await digests.folding.fold(lane);
      else await (await this.send.send(lane, performance.now())).recorded;
      this.story.push(`[${lane.isToFold ? 'folded' : `sent ${lane.claims.map(({ deliveryId }) => deliveryId).join(' ')}`}]`);
    }
    return claimed.length > 0;
  }

  private async edit(most: number): Promise<number> {
    const edits = await this.edits.claim(most);
    for (const edit of edits) {
      this.story.push(`[edits ${edit.wanted?.title ?? ''}]`);
      await this.editing.edit(edit, performance.now());
    }
    return edits.length;
  }

  private async pass(seconds: number): Promise<void> {
    await digests.opened.passTime(seconds);
    await query('update told_issues set next_at = next_at - make_interval(secs => $1), leased_until = leased_until - make_interval(secs => $1)', [seconds]);
  }

  /** What waits is late enough to be folded. */
  private async fallBehind(): Promise<void> {
    await query(`update deliveries set created_at = now() - interval '2 hours' where kind = 'message' and state = 'waiting'`);
    await query(`update lanes set fold_at = '-infinity'`);
  }

  private async cancel(): Promise<void> {
    const waiting = await query<{ delivery_id: string }>(`select delivery_id from deliveries where state = 'waiting' order by arrival`);
    if (waiting.length > 0 && this.below(3) === 0) await digests.cancellation.cancel(author, { id: [this.pick(waiting).delivery_id] });
  }

  private async pause(): Promise<void> {
    await digests.pauses.pause(author, this.pick(['', ...Object.keys(WORKFLOWS)]));
  }

  private async resume(): Promise<void> {
    const paused = await query<{ workflow_id: string }>('select workflow_id from pauses order by 1');
    if (paused.length > 0) await digests.pauses.resume(author, this.pick(paused).workflow_id);
  }

  /** Somebody deletes a message in Slack. */
  private delete(): void {
    const message = this.below(3) === 0 ? this.pick(this.channel.visible()) as Shown | undefined : undefined;
    if (!message) return;
    this.story.push(`[deleted ${message.ts}]`);
    message.isDeleted = true;
  }

  /** Somebody takes a message back; what they are told when that cannot be is not looked at. */
  private async retract(): Promise<void> {
    const posted = await query<{ delivery_id: string }>(`select delivery_id from deliveries where state = 'posted' and digest_id is null and kind <> 'reply' order by arrival`);
    if (posted.length === 0 || this.below(2) === 0) return;
    const { delivery_id: id } = this.pick(posted);
    this.story.push(`[take back ${id}]`);
    await this.retraction.retract(author, id, undefined).catch((error: unknown) => {
      if (!(error instanceof ProblemException)) throw error;
    });
  }

  /** Slack does not let a message be edited any more. */
  private fix(): void {
    const message = this.below(2) === 0 ? this.pick(this.channel.visible()) as Shown | undefined : undefined;
    if (message) message.isFixed = true;
  }

  /** Everything has come, nothing is paused any more, and Slack takes everything, until nothing waits. */
  async comeToRest(): Promise<void> {
    this.isAtRest = true;
    this.story.push('rest');
    while (this.transit.length > 0) await this.come();
    for (const workflowId of ['', ...Object.keys(WORKFLOWS)]) await digests.pauses.resume(author, workflowId);
    for (let rounds = 0; rounds < 40; rounds += 1) {
      await digests.pauses.settle('acme');
      await this.pass(rounds % 10 === 9 ? 700 : 6);
      for (let lanes = 0; lanes < 40 && (await this.sendSome(2)); lanes += 1);
      if ((await this.edit(10)) + (await this.underWay()).length === 0) return;
    }
    expect(await this.underWay()).toEqual([]);
  }

  private async underWay(): Promise<unknown[]> {
    return query(
      `select delivery_id, state, kind from deliveries where state in ('waiting', 'posting')
       union all select issue_id, 'to edit', null from told_issues where ts is not null and living and not in_digest and wanted_revision > shown_revision`,
    );
  }
}

function undefinedMetrics(): ConstructorParameters<typeof DeliveryMetrics>[0] {
  const nothing = { inc: () => undefined, observe: () => undefined };
  return { counter: () => nothing, histogram: () => nothing, gauge: () => nothing } as unknown as ConstructorParameters<typeof DeliveryMetrics>[0];
}

/** A message that shows what another one may have shown already says so. */
const MARKED = /Slack did not confirm|takes the place/;
/** Something of an issue was not told any more, since it had turned by then. */
const CUT_SHORT = ['resolved_before_sent', 'reopened_before_sent', 'excluded_before_sent', 'changed_back'];

interface About {
  delivery_id: string;
  state: string;
  change: string | null;
  code: string | null;
  ambiguous: number;
  source_kind: string;
  digest_id: string | null;
  was_rewritten: boolean;
}

interface Told {
  ts: string | null;
  in_digest: boolean;
  living: boolean;
  outdated: boolean;
}

type Facts = Pick<Issue, 'severity' | 'status'>;

/** What a reader of the channel finds about one issue, beside what is recorded of it. */
class Reading {
  private constructor(
    private readonly n: number,
    private readonly history: readonly Issue[],
    private readonly channel: PlayedChannel,
    private readonly about: readonly About[],
    private readonly told: Told | undefined,
  ) {}

  static async of(n: number, { histories, channel }: World): Promise<Reading> {
    const about = await query<About>(
      `select delivery_id, state, change, error->>'code' as code, ambiguous, source_kind, digest_id,
         exists (select 1 from timeline t where t.organization_id = l.organization_id and t.delivery_id = l.delivery_id and t.kind = 'changed') as was_rewritten
       from ledger l where issue_ids @> array[$1] order by arrival`,
      [`i${n}`],
    );
    const [told] = await query<Told>('select ts, in_digest, living, outdated from told_issues where issue_id = $1', [`i${n}`]);
    return new Reading(n, histories[n] ?? [], channel, about, told);
  }

  /** What is wrong, in a sentence each. */
  problems(): string[] {
    const now = this.history.at(-1);
    if (!now) return [];
    return [...this.neverTold(now), ...this.toldAsItWas(now), ...this.toldTwice()].map((problem) => `${now.title}: ${problem}`);
  }

  /** A workflow was to tell of it, and nothing came between. */
  private neverTold({ status }: Issue): string[] {
    const isTold = this.channel.messages.some(({ first }) => this.newestIn(first) > 0);
    const isToBeTold = this.about.some(({ source_kind }) => source_kind === 'workflow') && !this.isUnsaid();
    return isToBeTold && status === 'open' && !isTold ? [`it is open, and nobody was told: ${this.about.map(({ delivery_id, state, code }) => `${delivery_id} ${state} ${code ?? ''}`).join(', ')}`] : [];
  }

  /** The message shows it as it is; who reads it with its thread, and the digests since, knows what became of it. */
  private toldAsItWas(now: Issue): string[] {
    const home = this.channel.visible().find(({ ts }) => ts === this.told?.ts);
    if (!this.told?.living || !home || this.isUnsaid()) return [];
    const [said, inThread, problems]: [Partial<Facts>, Partial<Facts>, string[]] = [{}, {}, []];
    const isFollowed = !this.told.in_digest;
    if (isFollowed && !this.told.outdated && this.newestIn(home.now) !== now.revision) problems.push(`its message ${home.ts} shows it as it was: ${this.newestIn(home.now)}`);
    for (const message of this.since(home)) {
      const isAnswer = isFollowed && message.threadTs === home.ts;
      const tells = isAnswer ? factsToldBy(message) : this.factsOf(this.newestIn(message.first));
      if (isAnswer && this.isExact(home, message) && isKnown(tells, said) && isKnown(tells, inThread)) problems.push(`its thread is told once more (${message.ts}): ${lineOf(message)}`);
      Object.assign(said, tells);
      if (isAnswer || message === home) Object.assign(inThread, tells);
    }
    if (isFollowed && (this.isCutShort() || this.about.some(({ was_rewritten }) => was_rewritten))) delete said.severity; // the message shows it
    if (!isKnown(said, this.factsOf(now.revision))) problems.push(`since ${home.ts} it is told as ${JSON.stringify(said)}`);
    return problems;
  }

  /** As new, where a message or a digest had told it. */
  private toldTwice(): string[] {
    // what one lease sends together is not recorded in between
    if (this.isDoubtful() || this.channel.messages.some(({ first, isDeleted }) => isDeleted && this.newestIn(first) > 0) || digests.opened.config.SLACK_CHANNEL_INTERVAL_MS === 0) return [];
    const [, ...later] = this.channel.visible().filter(({ first }) => this.newestIn(first) > 0);
    return later.filter(({ first, deliveryId }) => {
      const tells = this.about.filter(({ delivery_id, digest_id, source_kind }) => source_kind !== 'digest' && (delivery_id === deliveryId || digest_id === deliveryId));
      return !MARKED.test(first) && tells.every(({ change, source_kind }) => change === 'new' && source_kind === 'workflow');
    }).map(({ ts, deliveryId }) => `it is told as new once more: ${ts} ${deliveryId}`);
  }

  private since(home: Shown): Shown[] {
    return this.channel.messages.slice(this.channel.messages.indexOf(home)).filter(({ first, isDeleted }) => !isDeleted && this.newestIn(first) > 0);
  }

  /** What is told is what happened since, and all of it. */
  private isExact(home: Shown, { first, deliveryId }: Shown): boolean {
    return !MARKED.test(first + home.first) && !this.isDoubtful() && !this.isCutShort() && !this.about.some(({ delivery_id, was_rewritten }) => delivery_id === deliveryId && was_rewritten);
  }

  private isUnsaid(): boolean {
    return this.about.some(({ state, code }) => ['failed', 'dead', 'unconfirmed'].includes(state) || code === 'cancelled' || code === 'retracted');
  }

  private isDoubtful(): boolean {
    return this.about.some(({ ambiguous }) => ambiguous > 0);
  }

  private isCutShort(): boolean {
    return this.about.some(({ code }) => CUT_SHORT.includes(code ?? ''));
  }

  /** The newest revision that a text names; 0 when it names none. */
  private newestIn(text: string): number {
    return Math.max(0, ...[...text.matchAll(new RegExp(`i${this.n}@(\\d+)`, 'g'))].map(([, revision]) => Number(revision)));
  }

  /** What people act on. */
  private factsOf(revision: number): Facts {
    const { severity, status } = this.history[revision - 1] as Issue;
    return { severity, status };
  }
}

/** What an answer tells in words. */
function factsToldBy(answer: Shown): Partial<Facts> {
  const line = lineOf(answer);
  const tells = Object.fromEntries([...line.matchAll(/(severity|status)\W+\w+ → (\w+)/g)].map(([, field, to]) => [field, to])) as Partial<Facts>;
  return { ...tells, ...(line.startsWith('Resolved') && { status: 'resolved' }), ...(line.startsWith('Back after') && { status: 'open' }) };
}

function lineOf({ first }: Shown): string {
  return first.split('\n[')[0] ?? '';
}

function isKnown(tells: Partial<Facts>, known: Partial<Facts>): boolean {
  return (['severity', 'status'] as const).every((field) => tells[field] === undefined || tells[field] === known[field]);
}

/** What was taken back is gone, with its thread, and nothing puts it there again. */
async function expectTakenBack({ channel }: World): Promise<void> {
  const taken = await query<{ delivery_id: string; slack_ts: string; kinds: string[] }>(
    `select delivery_id, slack_ts, array(select kind from timeline t where t.organization_id = d.organization_id and t.delivery_id = d.delivery_id order by id) as kinds
     from deliveries d where error->>'code' = 'retracted' and slack_ts is not null and digest_id is null and kind <> 'reply'`,
  );
  for (const { delivery_id: id, slack_ts: ts, kinds } of taken) {
    expect([id, channel.visible().filter((message) => message.ts === ts), kinds.slice(kinds.indexOf('retracted') + 1)]).toEqual([id, [], []]);
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 529])('whatever happens to issues and their messages, a reader of the channel knows what they are (%i)', async (seed) => {
  await digests.clear();
  const world = new World(seed);
  try {
    for (let step = 0; step < STEPS; step += 1) await world.step();
    await world.comeToRest();
    const readings = await Promise.all(world.histories.map((_, n) => Reading.of(n, world)));
    expect(readings.flatMap((reading) => reading.problems())).toEqual([]);
    await expectTakenBack(world);
  } catch (error) {
    throw new Error(`after: ${world.story.join(', ')}`, { cause: error });
  }
}, 60_000);
