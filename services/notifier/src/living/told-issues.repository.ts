/**
 * What each destination was told of each issue. Written in the transaction that records what was posted, with the lanes
 * locked, so that news of an issue comes either before it or after it, never between.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { Issue } from '@tocsin/domain';
import { prepared } from '@tocsin/platform';

import { gistOf, searchedIn } from '../deliveries/arrival.js';
import { commandOf } from '../deliveries/claim.js';
import type { DeliveryKey } from '../deliveries/delivery-key.js';
import type { DeliveryResult } from '../deliveries/delivery-result.js';
import { issuesOf } from '../deliveries/issues-of.js';
import { WaitingRepository } from '../deliveries/waiting.repository.js';
import { suppression } from './telling.js';
import type { Overtaken, Shown, Trace } from './told.js';

/** Select list for the row of a claimed delivery `d`: what its one issue's row and the newest snapshot say. Looked up by key, whatever the planner thinks: hence the offsets. */
export const TOLD_COLUMNS = `
  case when t.issue_id is not null and (t.ts is not null or t.unconfirmed or t.collapsed or t.delivery_id = d.delivery_id or exists (
      select 1 from deliveries first where first.organization_id = t.organization_id and first.delivery_id = t.delivery_id and first.state in ('waiting', 'posting')))
    then jsonb_build_object('deliveryId', t.delivery_id, 'channel', t.channel, 'ts', t.ts, 'inDigest', t.in_digest, 'living', t.living, 'unconfirmed', t.unconfirmed,
      'collapsed', t.collapsed, 'comment', t.comment, 'repliedRevision', t.replied_revision, 'outdated', t.outdated) end as told, h.issue as newest`;
export const TOLD_JOINS = `
  left join lateral (select * from told_issues where organization_id = d.organization_id and issue_id = d.issue_ids[1] and lane_id = d.lane_id and cardinality(d.issue_ids) = 1 offset 0) t on true
  left join lateral (select * from heard_issues where organization_id = d.organization_id and issue_id = d.issue_ids[1] and cardinality(d.issue_ids) = 1 offset 0) h on true`;

/** Of a message that a digest tells, as `told`: the digest's thread is where it is followed. */
const FOLLOWED = `(told.options->>'living' is distinct from 'false' and told.options->>'thread' is distinct from 'false')`;

type Traced<K extends Trace['kind']> = Pick<DeliveryResult, 'organizationId' | 'deliveryId' | 'laneId' | 'connectionId' | 'channel' | 'ts'> & { trace: Extract<Trace, { kind: K }> };

/** A row to be, one for each issue of a message. */
interface ToldRow {
  organization_id: string;
  issue_id: string;
  lane_id: string;
  connection_id: string;
  delivery_id: string;
  channel: string | null;
  ts: string | null;
  in_digest: boolean;
  living: boolean;
  was_plain_text: boolean;
  comment: string | null;
  revision: number;
}

/** An issue that had changed by the time it was recorded that it is told. */
interface OvertakenRow {
  organization_id: string;
  issue_id: string;
  lane_id: string;
  delivery_id: string;
  newest: Issue;
}

@Injectable()
export class ToldIssues {
  constructor(private readonly waiting: WaitingRepository) {}

  /** Takes in what attempts left behind, with their lanes locked. @returns what had changed by then; of digests that have members, these are looked at one by one */
  async record(tx: EntityManager, results: readonly DeliveryResult[]): Promise<Overtaken[]> {
    const told = traced(results, 'told');
    const replied = traced(results, 'replied');
    const collapsed = traced(results, 'collapsed');
    await this.keepSaid(tx, [...told, ...replied]);
    const late = told.length > 0 ? await this.insert(tx, told.flatMap(rowsOf)) : [];
    if (replied.length > 0) await this.recordReplies(tx, replied);
    if (collapsed.length > 0) await this.markCollapsed(tx, collapsed.map(({ trace, ...result }) => ({ ...result, issue: trace.issue })));
    return late.flatMap((row) => overtaken(row, results));
  }

  /** A delivery holds what its message said, whatever came in between. */
  private async keepSaid(tx: EntityManager, results: readonly (Traced<'told'> | Traced<'replied'>)[]): Promise<void> {
    const rows = results.flatMap(({ organizationId, deliveryId, trace: { said } }) => {
      const [issue] = said?.issues ?? [];
      return said && issue ? [{ organizationId, deliveryId, event: { data: said }, searched: searchedIn(said), ...gistOf(said.change, issue) }] : [];
    });
    if (rows.length === 0) return;
    await tx.query(
      `update commands c set event = r.event, searched = lower(r.searched), change = r.change, issue_revision = r."issueRevision", issue_status = r."issueStatus", issue_cvss = r."issueCvss"
       from jsonb_to_recordset($1::jsonb) r ("organizationId" text, "deliveryId" text, event json, searched text, change text, "issueRevision" int, "issueStatus" text, "issueCvss" real)
       where c.organization_id = r."organizationId" and c.delivery_id = r."deliveryId"`,
      [JSON.stringify(rows)],
    );
  }

  /** The members of a digest were told by it. Call it once they are posted, in that transaction, with their lane locked. */
  async recordMembers(tx: EntityManager, digestId: string, members: readonly DeliveryKey[]): Promise<void> {
    const rows = await tx.query<ToldRow[]>(
      `select d.organization_id, d.issue_ids[1] as issue_id, digest.lane_id, d.connection_id, $1::text as delivery_id, d.slack_channel as channel, d.slack_ts as ts,
         true as in_digest, ${FOLLOWED} as living, false as was_plain_text, told.comment,
         max(d.issue_revision) over (partition by d.organization_id, d.issue_ids[1]) as revision -- as the digest tells it: as its newest message does
       from ledger d join jsonb_to_recordset($2::jsonb) m (organization_id text, delivery_id text) using (organization_id, delivery_id)
       join deliveries digest on digest.organization_id = d.organization_id and digest.delivery_id = $1 -- where its message is: its members may be at another id of its channel by now
       cross join lateral json_to_record(d.command) told (options json, comment text)
       where d.state = 'posted' and d.slack_ts is not null and cardinality(d.issue_ids) = 1`,
      [digestId, JSON.stringify(members)],
    );
    if (rows.length === 0) return;
    await this.insert(tx, rows);
    await this.leaveAsTheyAsk(tx, rows);
  }

  /** The messages of some issues were not to be followed: the thread of their digest says nothing of these, though it names them. */
  private async leaveAsTheyAsk(tx: EntityManager, rows: readonly ToldRow[]): Promise<void> {
    const left = rows.filter(({ issue_id: own }) => !rows.some(({ issue_id, living }) => issue_id === own && living));
    if (left.length === 0) return;
    await tx.query(
      `update told_issues t set living = false from jsonb_to_recordset($1::jsonb) r (organization_id text, issue_id text, lane_id bigint, delivery_id text)
       where t.organization_id = r.organization_id and t.issue_id = r.issue_id and t.lane_id = r.lane_id and t.delivery_id = r.delivery_id`,
      [JSON.stringify(left)],
    );
  }

  /** What was resolved before it was sent, so that a message that tells its end is not sent either. */
  async markCollapsed(tx: EntityManager, rows: readonly { organizationId: string; laneId: string; connectionId: string; deliveryId: string; issue: Shown }[]): Promise<void> {
    await tx.query(
      `insert into told_issues as t (organization_id, issue_id, lane_id, connection_id, delivery_id, collapsed, wanted_revision)
       select distinct on (1, 2, 3) r."organizationId", r.issue->>'id', r."laneId", r."connectionId", r."deliveryId", true, (r.issue->>'revision')::int
       from jsonb_to_recordset($1::jsonb) r ("organizationId" text, "laneId" bigint, "connectionId" text, "deliveryId" text, issue jsonb) order by 1, 2, 3
       on conflict (organization_id, issue_id, lane_id) do update set collapsed = true, delivery_id = excluded.delivery_id where t.ts is null and not t.unconfirmed`,
      [JSON.stringify(rows)],
    );
  }

  /**
   * A message is about to be taken back: it is not kept up to date any more, and whoever does so at this moment records nothing,
   * or what is gone by then would be posted anew. Call it with the delivery's lane locked.
   * @returns whether it was kept up to date until now
   */
  async leaveAlone(tx: EntityManager, { organization_id: organizationId, delivery_id: deliveryId }: DeliveryKey): Promise<boolean> {
    const [left] = await tx.query<[{ was_living: boolean }[], number]>(
      `update told_issues t set living = false, lease_id = null, leased_until = '-infinity'
       from (
         select a.organization_id, a.issue_id, a.lane_id, a.living from ledger d join told_issues a on a.organization_id = d.organization_id and a.issue_id = any(d.issue_ids) and a.delivery_id = $2
         where d.organization_id = $1 and (d.delivery_id = $2 or d.digest_id = $2) for update of a) was
       where t.organization_id = was.organization_id and t.issue_id = was.issue_id and t.lane_id = was.lane_id returning was.living as was_living`,
      [organizationId, deliveryId],
    );
    return left.some(({ was_living }) => was_living);
  }

  /** The message certainly stays where it is: it is kept up to date again, also with what was heard meanwhile, where its command says so; of a digest, where those of its members do. */
  async resume(tx: EntityManager, { organization_id: organizationId, delivery_id: deliveryId }: DeliveryKey): Promise<void> {
    await tx.query(
      `update told_issues t set living = own.living,
         wanted = case when news.revision >= t.wanted_revision and not t.in_digest then news.issue else t.wanted end,
         shown_revision = case when news.revision >= t.wanted_revision and not t.in_digest then least(t.shown_revision, t.wanted_revision - 1) else t.shown_revision end
       from (
         select about.issue_id, coalesce(bool_or(${FOLLOWED}) filter (where d.digest_id is not null), bool_or(told.options->>'living' is distinct from 'false')) as living
         from ledger d cross join lateral json_to_record(d.command) told (options json) cross join lateral unnest(d.issue_ids) about (issue_id)
         where d.organization_id = $1 and (d.delivery_id = $2 or d.digest_id = $2) group by 1) own
       left join lateral (select h.issue, h.revision from heard_issues h where h.organization_id = $1 and h.issue_id = own.issue_id) news on own.living
       where t.organization_id = $1 and t.delivery_id = $2 and t.issue_id = own.issue_id`,
      [organizationId, deliveryId],
    );
  }

  /**
   * A message was taken back: nothing of it is kept up to date, and what waits for its thread is not sent.
   * Call it with the delivery's lane locked.
   */
  async forget(tx: EntityManager, { organization_id: organizationId, delivery_id: deliveryId }: DeliveryKey): Promise<void> {
    const [forgotten] = await tx.query<[{ lane_id: string; ts: string | null }[], number]>(
      `delete from told_issues t using ledger d
       where d.organization_id = $1 and (d.delivery_id = $2 or d.digest_id = $2)
         and t.organization_id = d.organization_id and t.issue_id = any(d.issue_ids) and t.delivery_id = $2 -- in whatever lane its channel has by now
       returning t.lane_id, t.ts`,
      [organizationId, deliveryId],
    );
    const threads = new Map(forgotten.flatMap(({ lane_id, ts }) => (ts === null ? [] : [[ts, lane_id] as const])));
    for (const [ts, laneId] of threads) {
      await this.waiting.end(tx, { state: 'suppressed', error: suppression('retracted', undefined) }, { condition: `d.lane_id = $1 and d.kind = 'reply' and d.parent_ts = $2`, parameters: [laneId, ts] });
    }
  }

  private async insert(tx: EntityManager, rows: readonly ToldRow[]): Promise<OvertakenRow[]> {
    return prepared<OvertakenRow>(tx, 'select organization_id, issue_id, lane_id, delivery_id, newest from record_told_issues($1)', [JSON.stringify(rows)]);
  }

  /** The thread has told this much; a message that became an answer is one from now on. */
  private async recordReplies(tx: EntityManager, replied: readonly Traced<'replied'>[]): Promise<void> {
    const rows = JSON.stringify(replied.map(({ trace, ...result }) => ({ ...result, channel: trace.channel, ts: trace.ts, issue: trace.issue?.id, revision: trace.issue?.revision })));
    await tx.query(
      `update told_issues t set replied_revision = greatest(t.replied_revision, r.revision)
       from jsonb_to_recordset($1::jsonb) r ("organizationId" text, "laneId" bigint, issue text, revision int)
       where t.organization_id = r."organizationId" and t.issue_id = r.issue and t.lane_id = r."laneId"`,
      [rows],
    );
    await tx.query(
      `update deliveries d set kind = 'reply', parent_channel = r.channel, parent_ts = r.ts
       from jsonb_to_recordset($1::jsonb) r ("organizationId" text, "deliveryId" text, channel text, ts text)
       where d.organization_id = r."organizationId" and d.delivery_id = r."deliveryId" and (d.kind, d.parent_ts) is distinct from ('reply', r.ts)`,
      [rows],
    );
  }
}

function traced<K extends Trace['kind']>(results: readonly DeliveryResult[], kind: K): Traced<K>[] {
  return results.filter((result): result is DeliveryResult & Traced<K> => result.trace?.kind === kind);
}

function rowsOf({ organizationId, deliveryId, laneId, connectionId, channel, ts, trace }: Traced<'told'>): ToldRow[] {
  return trace.issues.map(({ id, revision }) => ({
    organization_id: organizationId,
    issue_id: id,
    lane_id: laneId,
    connection_id: connectionId,
    delivery_id: deliveryId,
    channel: channel ?? null,
    ts: ts ?? null,
    in_digest: trace.inDigest,
    living: trace.living,
    was_plain_text: trace.wasPlainText,
    comment: trace.comment ?? null,
    revision,
  }));
}

function overtaken({ organization_id: organizationId, issue_id: issueId, lane_id: laneId, delivery_id: deliveryId, newest }: OvertakenRow, results: readonly DeliveryResult[]): Overtaken[] {
  const result = results.find((one) => one.organizationId === organizationId && one.deliveryId === deliveryId && one.trace?.kind === 'told');
  if (result?.trace?.kind !== 'told' || result.delivery.kind === 'digest') return [];
  const command = result.trace.said ?? commandOf(result.delivery); // as it was posted: what is kept of it may be newer
  const told = issuesOf(command).find(({ id }) => id === issueId);
  return told ? [{ organizationId, laneId, deliveryId, told, newest }] : [];
}
