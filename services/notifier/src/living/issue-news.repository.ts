/** Reads and writes what news of issues touches: what was told of them, and what waits to be told. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { PRIORITY, type DeliverySource, type Issue, type MessageOptions } from '@tocsin/domain';

import { gistOf, searchedIn } from '../deliveries/arrival.js';
import { keyColumns, type DeliveryKey } from '../deliveries/delivery-key.js';
import { issueIdsOf } from '../deliveries/issues-of.js';
import type { IssueNews } from './issue-news.js';
import type { KeptCommand, Overtaken } from './told.js';

/** What a lane was told of an issue, with what answers take over from its message. */
export interface ToldRow {
  organization_id: string;
  issue_id: string;
  lane_id: string;
  connection_id: string;
  delivery_id: string;
  channel: string | null;
  ts: string | null;
  in_digest: boolean;
  living: boolean;
  unconfirmed: boolean;
  collapsed: boolean;
  wanted_revision: number;
  destination_id: string | null;
  source: DeliverySource | null;
  options: MessageOptions | null;
  /** Of a message whose arrival Slack did not confirm, or that was not sent since its issue was excluded. */
  command: KeptCommand | null;
}

export interface WaitingRow {
  organization_id: string;
  delivery_id: string;
  lane_id: string;
  connection_id: string;
  kind: 'message' | 'reply' | 'digest';
  parent_ts: string | null;
  command: KeptCommand;
  issue_ids: string[];
  digest_id: string | null;
  ambiguous: number;
  replay_of: string | null;
}

/** A message that a digest was to tell. */
export interface FormerMember extends WaitingRow {
  /** The newest that was heard of its issue after it was written. */
  newest: Issue | null;
}

export interface ToldChange {
  row: ToldRow;
  issue: Issue;
  /** A message of its own tells it from now on. */
  deliveryId?: string;
}

/** An issue as a digest told it, and as it had become by then. */
export interface UntoldChange {
  organization_id: string;
  told: Issue;
  newest: Issue;
}

/** Which issue it is. */
export type AboutIssue = Pick<IssueNews, 'organizationId' | 'issueId'>;

const WAITING_COLUMNS = 'd.organization_id, d.delivery_id, d.lane_id, d.connection_id, d.kind, d.parent_ts, d.command, d.issue_ids, d.digest_id, d.ambiguous, d.replay_of';
/** Below every priority. */
const LOWEST = 32_767;
/** One look into the index for all issues; whoever reads the rows looks again which issue of which organization it is. */
const TELLS = 'd.issue_ids && $2::text[] and d.organization_id = any($1::text[])';
const ABOUT = 'unnest($1::text[], $2::text[]) about (organization_id, issue_id)';
/** A summary waits for more of its scan, but not for ever. */
const SUMMARY_QUIET = `interval '10 seconds'`;
const SUMMARY_LONGEST = `interval '2 minutes'`;

@Injectable()
export class IssueNewsRepository {
  constructor(private readonly database: DataSource) {}

  /**
   * Remembers the newest of each issue, in a transaction of its own: whoever records afterwards what was posted knows it,
   * and whoever did so before is seen by {@link lockLanes}.
   */
  async remember(news: readonly IssueNews[]): Promise<void> {
    const rows = news.map(({ organizationId, issueId, newest }) => ({ organizationId, issueId, revision: newest.revision, issue: newest }));
    await this.database.query(
      `insert into heard_issues as h (organization_id, issue_id, revision, issue)
       select r."organizationId", r."issueId", r.revision, r.issue from jsonb_to_recordset($1::jsonb) r ("organizationId" text, "issueId" text, revision int, issue jsonb) order by 1, 2
       on conflict (organization_id, issue_id) do update set revision = excluded.revision, issue = excluded.issue, heard_at = clock_timestamp() where h.revision < excluded.revision`,
      [JSON.stringify(rows)],
    );
  }

  /** Locks every lane in which something about the issues is, or was told, in the order of their ids. What arrives meanwhile is compared with what was remembered before it is sent. @returns whether there is any */
  async lockLanes(tx: EntityManager, news: readonly IssueNews[]): Promise<boolean> {
    const locked = await tx.query<unknown[]>(
      `select 1 from lanes where lane_id in (
         select t.lane_id from ${ABOUT} join told_issues t using (organization_id, issue_id)
         union select d.lane_id from ledger d where ${TELLS} and d.state in ('waiting', 'posting'))
       order by lane_id for no key update`,
      keysOf(news),
    );
    return locked.length > 0;
  }

  /** @param by only what this delivery told */
  async told(tx: EntityManager, news: readonly AboutIssue[], by?: string): Promise<ToldRow[]> {
    return tx.query<ToldRow[]>(
      `select t.organization_id, t.issue_id, t.lane_id, t.connection_id, t.delivery_id, t.channel, t.ts, t.in_digest, t.living, t.unconfirmed, t.collapsed, t.wanted_revision,
         d.destination_id, first.source, first.options, case when t.unconfirmed then d.command else dismissed.command end as command
       from ${ABOUT} join told_issues t using (organization_id, issue_id)
       left join ledger d on d.organization_id = t.organization_id and d.delivery_id = t.delivery_id
       left join lateral json_to_record(d.command) first (source json, options json) on true
       left join lateral (
         select l.command, l.error->>'code' as code from ledger l
         where t.collapsed and t.ts is null and l.organization_id = t.organization_id and l.lane_id = t.lane_id and l.issue_ids && array[t.issue_id] and l.change is distinct from 'updated'
         order by l.arrival desc limit 1) dismissed on dismissed.code = 'excluded_before_sent'
       where $3::text is null or t.delivery_id = $3
       order by t.organization_id, t.issue_id, t.lane_id for update of t`,
      [...keysOf(news), by ?? null],
    );
  }

  /** What is told by a digest that is on its way stays as the digest tells it: {@link untold}. @param laneIds only in these lanes */
  async waiting(tx: EntityManager, news: readonly IssueNews[], laneIds?: readonly string[]): Promise<WaitingRow[]> {
    return tx.query<WaitingRow[]>(
      `select ${WAITING_COLUMNS} from ledger d where ${TELLS} and d.state = 'waiting' and ($3::bigint[] is null or d.lane_id = any($3))
         and (d.digest_id is null or exists (select 1 from deliveries g where g.organization_id = d.organization_id and g.delivery_id = d.digest_id and g.state = 'waiting'))
       order by d.lane_id, d.priority, d.said_at, d.arrival`,
      [...keysOf(news), laneIds ?? null],
    );
  }

  /** Those of these members of digests that may be out of date by themselves. */
  async turned(tx: EntityManager, members: readonly DeliveryKey[]): Promise<FormerMember[]> {
    return tx.query<FormerMember[]>(
      `select ${WAITING_COLUMNS}, h.issue as newest from unnest($1::text[], $2::text[]) m (organization_id, delivery_id)
       cross join lateral (select * from ledger l where l.organization_id = m.organization_id and l.delivery_id = m.delivery_id offset 0) d -- each by its key
       left join heard_issues h on h.organization_id = d.organization_id and h.issue_id = d.issue_ids[1] and h.revision > d.issue_revision
       where d.state = 'waiting' and (d.issue_status <> 'open' or d.change <> 'new' or h.issue_id is not null)`,
      keyColumns(members),
    );
  }

  /** Issues of these members of a digest that changed before it was recorded that they are told: as they were told, and as they are. Nothing newer counts as heard in its thread. */
  async untold(tx: EntityManager, digestId: string, members: readonly DeliveryKey[]): Promise<UntoldChange[]> {
    const [untold] = await tx.query<[UntoldChange[], number]>(
      `update told_issues t set wanted_revision = t.shown_revision
       from (
         select distinct on (c.organization_id, h.issue_id) c.organization_id, h.issue_id, c.event->'data'->'issues'->0 as told, h.issue as newest
         from jsonb_to_recordset($2::jsonb) m (organization_id text, delivery_id text) join commands c using (organization_id, delivery_id)
         join heard_issues h on h.organization_id = c.organization_id and h.issue_id = c.issue_ids[1] and h.revision > c.issue_revision
         order by c.organization_id, h.issue_id, c.issue_revision desc) changed
       where t.organization_id = changed.organization_id and t.issue_id = changed.issue_id and t.delivery_id = $1 and t.in_digest and t.wanted_revision > t.shown_revision
       returning t.organization_id, changed.told, changed.newest`,
      [digestId, JSON.stringify(members)],
    );
    return untold;
  }

  /** As {@link untold}, for messages that no digest stands for. @returns those of which neither a message nor its thread tells yet what they are */
  async unhear(tx: EntityManager, overtaken: readonly Overtaken[]): Promise<Overtaken[]> {
    const [unheard] = await tx.query<[{ issue_id: string }[], number]>(
      `update told_issues t set wanted_revision = r.revision - 1
       from jsonb_to_recordset($1::jsonb) r (organization_id text, issue_id text, lane_id bigint, delivery_id text, revision int)
       where t.organization_id = r.organization_id and t.issue_id = r.issue_id and t.lane_id = r.lane_id and t.delivery_id = r.delivery_id
         and t.wanted_revision = r.revision and t.replied_revision < r.revision
       returning t.issue_id`,
      [JSON.stringify(overtaken.map(({ organizationId, laneId, deliveryId, newest: { id, revision } }) => ({ organization_id: organizationId, issue_id: id, lane_id: laneId, delivery_id: deliveryId, revision })))],
    );
    return overtaken.filter(({ newest }) => unheard.some(({ issue_id }) => issue_id === newest.id));
  }

  /** Answers that sum up what changed and still wait, in these lanes. */
  async summaries(tx: EntityManager, laneIds: readonly string[]): Promise<WaitingRow[]> {
    return tx.query<WaitingRow[]>(`select ${WAITING_COLUMNS} from ledger d where d.lane_id = any($1::bigint[]) and d.kind = 'reply' and d.state = 'waiting' and d.command->'summary' is not null`, [laneIds]);
  }

  /** What waits shows the issues as they are now. A message that became critical goes before others. */
  async rewrite(tx: EntityManager, rows: readonly { row: WaitingRow; command: KeptCommand }[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(
      `with moved as (
         update deliveries d set version = d.version + 1, priority = least(d.priority, r.priority),
           severity = case when d.severity is null then null else r.severity end, category = case when d.category is null then null else r.category end
         from jsonb_to_recordset($1::jsonb) r (organization_id text, delivery_id text, event json, searched text, priority smallint, severity text, category text,
           change text, "issueRevision" int, "issueStatus" text, "issueCvss" real)
         where d.organization_id = r.organization_id and d.delivery_id = r.delivery_id and d.state = 'waiting' returning d.organization_id, d.delivery_id, r.event, r.searched, r.change, r."issueRevision", r."issueStatus", r."issueCvss")
       update commands c set event = moved.event, searched = lower(moved.searched),
         change = moved.change, issue_revision = moved."issueRevision", issue_status = moved."issueStatus", issue_cvss = moved."issueCvss"
       from moved where c.organization_id = moved.organization_id and c.delivery_id = moved.delivery_id`,
      [JSON.stringify(rows.map(({ row, command }) => ({ organization_id: row.organization_id, delivery_id: row.delivery_id, event: { data: command }, searched: searchedIn(command), ...rankOf(row, command) })))],
    );
  }

  /** Digests of what was rewritten are written anew before they are posted. One goes before others as soon as one of its members would. */
  async outdateDigests(tx: EntityManager, members: readonly WaitingRow[]): Promise<void> {
    const folded = members.filter(({ digest_id }) => digest_id !== null);
    if (folded.length === 0) return;
    await tx.query(
      `with changed as (
         select m.organization_id, m.digest_id, min(m.priority) as priority from deliveries m
         where (m.organization_id, m.delivery_id) in (select * from unnest($1::text[], $2::text[])) group by 1, 2
       ), outdated as (
         update digests g set outdated = true from changed where g.organization_id = changed.organization_id and g.digest_id = changed.digest_id)
       update deliveries d set version = d.version + 1, priority = least(d.priority, changed.priority)
       from changed where d.organization_id = changed.organization_id and d.delivery_id = changed.digest_id`,
      keyColumns(folded),
    );
  }

  /** As {@link rewrite}, for answers that collect what a scan changed: they wait until nothing came for a while. */
  async collect(tx: EntityManager, rows: readonly { row: WaitingRow; command: KeptCommand }[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(
      `with moved as (
         update deliveries d set version = d.version + 1, not_before = least(d.created_at + ${SUMMARY_LONGEST}, clock_timestamp() + ${SUMMARY_QUIET})
         from jsonb_to_recordset($1::jsonb) r (organization_id text, delivery_id text, event json, searched text, issue_ids text[])
         where d.organization_id = r.organization_id and d.delivery_id = r.delivery_id and d.state = 'waiting' returning d.organization_id, d.delivery_id, r.event, r.searched, r.issue_ids)
       update commands c set event = moved.event, searched = lower(moved.searched), issue_ids = moved.issue_ids from moved where c.organization_id = moved.organization_id and c.delivery_id = moved.delivery_id`,
      [JSON.stringify(rows.map(({ row, command }) => ({ organization_id: row.organization_id, delivery_id: row.delivery_id, event: { data: command }, searched: searchedIn(command), issue_ids: issueIdsOf(command) })))],
    );
  }

  /** What is wanted from now on. A snapshot is kept where there is a message to edit. */
  async want(tx: EntityManager, changes: readonly ToldChange[]): Promise<void> {
    if (changes.length === 0) return;
    await tx.query(
      `update told_issues t set wanted_revision = r.revision, wanted = r.issue, shown_revision = case when r.issue is null then r.revision else t.shown_revision end,
         next_at = '-infinity', fails = 0, delivery_id = coalesce(r.instead, t.delivery_id), unconfirmed = t.unconfirmed and r.instead is null
       from jsonb_to_recordset($1::jsonb) r (organization_id text, issue_id text, lane_id bigint, revision int, issue jsonb, instead text)
       where t.organization_id = r.organization_id and t.issue_id = r.issue_id and t.lane_id = r.lane_id and t.wanted_revision < r.revision`,
      [JSON.stringify(changes.map(({ row, issue, deliveryId }) => ({
        organization_id: row.organization_id, issue_id: row.issue_id, lane_id: row.lane_id, revision: issue.revision, issue: row.living && !row.in_digest ? issue : null, instead: deliveryId,
      })))],
    );
  }
}

/** Only what a workflow tells of one issue moves up, to the place of critical ones. */
function rankOf({ kind }: WaitingRow, { source, issues, digest, priority, change }: KeptCommand): object {
  const [issue] = issues;
  const isAlone = kind === 'message' && digest === undefined && issues.length === 1 && issue !== undefined;
  const isUrgent = isAlone && source.kind === 'workflow' && priority === undefined && issue.severity === 'critical';
  return { priority: isUrgent ? PRIORITY.critical : LOWEST, ...(isAlone && gistOf(change, issue)) };
}

function keysOf(news: readonly AboutIssue[]): [string[], string[]] {
  return [news.map(({ organizationId }) => organizationId), news.map(({ issueId }) => issueId)];
}
