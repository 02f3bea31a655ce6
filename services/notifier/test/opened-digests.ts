/** Folding and settling on opened lanes. Who can read a channel is played. */
import type { SendToSlack } from '@tocsin/contracts';
import type { Readership } from '@tocsin/domain';
import { Audit, createLogger } from '@tocsin/platform';
import { anIssue } from '@tocsin/testing';

import type { SlackDoors } from '../src/connections/slack-doors.js';
import { arrivalRow } from '../src/deliveries/arrival.js';
import type { Claim, LaneClaim } from '../src/deliveries/claim.js';
import { DeliveryLog } from '../src/deliveries/delivery-log.js';
import type { Outcome } from '../src/deliveries/delivery-result.js';
import type { DeliveryMetrics } from '../src/deliveries/delivery.metrics.js';
import type { PostingJob } from '../src/deliveries/posting.job.js';
import { SweepJob } from '../src/deliveries/sweep.job.js';
import { DigestEndRepository } from '../src/digests/digest-end.repository.js';
import { DigestMembersRepository } from '../src/digests/digest-members.repository.js';
import { DigestWriter } from '../src/digests/digest-writer.js';
import { Folding } from '../src/digests/folding.js';
import { PausedMembers } from '../src/digests/paused-members.js';
import { RenewDigest } from '../src/digests/renew-digest.js';
import { SettlingJob } from '../src/digests/settling.job.js';
import { TakeApart } from '../src/digests/take-apart.js';
import { UntoldMembers } from '../src/digests/untold-members.js';
import type { ChannelReadership, ReadershipAnswer } from '../src/directory/readership.js';
import { BulkCancellation } from '../src/ledger/bulk-cancellation.js';
import { PauseRepository } from '../src/ledger/pause.repository.js';
import { ChangeWaiting } from '../src/living/change-waiting.js';
import { FollowChanges } from '../src/living/follow-changes.js';
import { IssueNewsRepository } from '../src/living/issue-news.repository.js';
import { DeliverySettingsRepository } from '../src/settings/delivery-settings.repository.js';
import { OpenedLanes, POSTED } from './opened-lanes.js';

export const BY_WORKFLOW = { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' } as const;

export interface FoldedRow {
  delivery_id: string;
  state: string;
  kind: string;
  digest_id: string | null;
  fold_key: string | null;
  priority: number;
  said_at: Date;
  version: number;
  error: { code: string } | null;
  slack_ts: string | null;
  command: SendToSlack;
}

export class OpenedDigests {
  readers: ReadershipAnswer = { known: { isPrivate: false, isShared: false } };
  /** What was counted, as `kind outcome reason`. */
  readonly counted: string[] = [];
  readonly members: DigestMembersRepository;
  readonly folding: Folding;
  readonly changes: FollowChanges;
  readonly renewal: RenewDigest;
  readonly pauses: PauseRepository;
  readonly cancellation: BulkCancellation;
  readonly sweep: SweepJob;
  readonly settling: SettlingJob;

  private constructor(readonly opened: OpenedLanes) {
    const logger = createLogger('notifier', 'silent');
    const metrics = { count: ({ kind }: { kind: string }, state: Outcome['state'], code: string | undefined) => { this.counted.push(`${kind} ${state} ${code ?? ''}`.trim()); } } as unknown as DeliveryMetrics;
    const doors = { openVersioned: () => Promise.resolve({ door: {}, credentialVersion: 1 }) } as unknown as SlackDoors;
    const readership = { of: () => Promise.resolve(this.readers) } as unknown as ChannelReadership;
    this.members = new DigestMembersRepository(opened.source);
    const writer = new DigestWriter(this.members, opened.arrivals, opened.config);
    const ends = new DigestEndRepository();
    this.folding = new Folding(opened.source, opened.outbox, opened.lanes, this.members, writer, opened.waiting, new DeliverySettingsRepository(opened.source), readership, doors, logger);
    const news = new IssueNewsRepository(opened.source);
    const waiting = new ChangeWaiting(news, opened.told, opened.waiting, new DeliveryLog(opened.outbox));
    const paused = new PausedMembers(opened.waiting, waiting);
    this.changes = new FollowChanges(opened.outbox, news, waiting, opened.arrivals);
    this.renewal = new RenewDigest(opened.source, opened.outbox, this.members, writer, opened.waiting, paused, new UntoldMembers(opened.waiting, opened.told), waiting);
    this.pauses = new PauseRepository(opened.source, opened.outbox, new DeliveryLog(opened.outbox), new Audit(), paused);
    this.cancellation = new BulkCancellation(opened.source, opened.waiting, new Audit());
    this.sweep = new SweepJob(opened.source, opened.outbox, opened.waiting, { wake: () => undefined } as unknown as PostingJob, logger);
    this.settling = new SettlingJob(opened.outbox, ends, new TakeApart(this.members, writer, ends, waiting), opened.told, this.changes, new DeliveryLog(opened.outbox), metrics, logger);
  }

  static async open(): Promise<OpenedDigests> {
    return new OpenedDigests(await OpenedLanes.open());
  }

  async clear(): Promise<void> {
    await this.opened.clear();
    this.readers = { known: { isPrivate: false, isShared: false } };
    this.counted.length = 0;
  }

  readBy(known: Readership): void {
    this.readers = { known };
  }

  /** Messages of workflows, in one batch. @returns their ids */
  async acceptMany(count: number, of: (n: number) => Partial<SendToSlack> = () => ({})): Promise<string[]> {
    const arrivals = Array.from({ length: count }, (_, n) => {
      const command: SendToSlack = { commandId: `c-${Math.random().toString(36).slice(2)}-${n}`, organizationId: 'acme', connectionId: 'connection-1', destination: { id: 'C0SECALERT' }, issues: [anIssue({ id: `issue-${n}`, title: `Issue ${n}` })], source: BY_WORKFLOW, change: 'new', ...of(n) };
      return { command, saidAt: new Date() };
    });
    for (let at = 0; at < arrivals.length; at += 500) await this.opened.arrivals.ingest(arrivals.slice(at, at + 500).map(arrivalRow));
    return arrivals.map(({ command }) => command.commandId);
  }

  /** The lane as a process has it that is to fold it. */
  async leased(): Promise<LaneClaim> {
    const [lane] = await this.opened.claimToFold();
    if (!lane) throw new Error('no lane is to be folded');
    return lane;
  }

  async fold(): Promise<void> {
    await this.folding.fold(await this.leased());
  }

  async settleAll(): Promise<void> {
    while (await this.settling.pass());
  }

  async rows(condition = 'true'): Promise<FoldedRow[]> {
    return this.opened.source.query<FoldedRow[]>(`select delivery_id, state, kind, digest_id, fold_key, priority, said_at, version, error, slack_ts, command from ledger where ${condition} order by said_at, arrival`);
  }

  async digests(): Promise<FoldedRow[]> {
    return this.rows(`kind = 'digest'`);
  }

  /** The only one. */
  async digest(): Promise<FoldedRow> {
    const [row, ...others] = await this.digests();
    if (!row || others.length > 0) throw new Error('there is not one digest');
    return row;
  }

  /** What is due next. */
  async claimed(): Promise<Claim> {
    await this.opened.passTime(60);
    const claim = await this.opened.claimOne();
    if (!claim) throw new Error('nothing is due');
    return claim;
  }

  /** Posts what is due next, as it is by then. @returns what it was */
  async post(): Promise<FoldedRow | undefined> {
    const claim = await this.claimed();
    const renewed = claim.delivery.kind === 'digest' ? await this.renewal.renew(claim) : undefined;
    await this.opened.finish(claim, renewed && 'outcome' in renewed ? renewed.outcome : { ...POSTED, ts: '9.9' });
    await this.settleAll();
    return (await this.rows(`delivery_id = '${claim.deliveryId}'`))[0];
  }

  /** How the messages ended, and how many so. */
  async ends(condition = `kind = 'message'`): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { state, error } of await this.rows(condition)) counts[error ? `${state} ${error.code}` : state] = (counts[error ? `${state} ${error.code}` : state] ?? 0) + 1;
    return counts;
  }

  /** What the timeline of a delivery says. */
  async story(deliveryId: string): Promise<string[]> {
    const rows = await this.opened.source.query<{ text: string }[]>('select text from timeline where delivery_id = $1 order by id', [deliveryId]);
    return rows.map(({ text }) => text);
  }
}
