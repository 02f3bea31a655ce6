/**
 * Deliveries that share a digest. They wait with its id until it has reached an end; whether a delivery is a member is
 * decided once, under the lock of its lane. Works on sets: none of them is read one by one.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { BurstCount, BurstGroup, Category, Issue, MentionOptions, Severity } from '@tocsin/domain';

import type { LaneClaim } from '../deliveries/claim.js';
import { COVERING_PAUSES } from '../deliveries/covering-pauses.js';
import type { DeliveryKey } from '../deliveries/delivery-key.js';
import { lockLane } from '../deliveries/lock-lane.js';
import { WAITING_IN_LANE } from '../deliveries/waiting-in-lane.js';

export interface DigestKey {
  organizationId: string;
  digestId: string;
}

/** A lane as {@link DigestMembersRepository.lock} needs to know it. */
export type Line = Pick<LaneClaim, 'organizationId' | 'connectionId' | 'laneId'>;

/** What waits in a lane and could be folded, by what the leak guard looks at. */
export interface FoldableKind {
  severity: Severity;
  category: Category;
  destination_id: string;
}

/** What all members of a digest have in common, and what they span. */
export interface MembersFacts {
  members: number;
  oldest: Date;
  newest: Date;
  now: Date;
  /** Undefined unless all are of one. */
  workflow_id: string | null;
  destination_id: string;
  comment: string | null;
  mention: MentionOptions | null;
}

export interface NamedIssue {
  group: BurstGroup;
  issue: Issue;
}

/** Something that people paused covers `d`. */
const PAUSED = `exists (select 1 from ${COVERING_PAUSES})`;
/** `d` may be folded: it waits for nothing but its turn, and is certainly not in the channel yet. What is held though nothing is paused any more is about to be let go, and its time stands still. */
const FOLDABLE = `${WAITING_IN_LANE} and d.digest_id is null and not ${PAUSED} and d.fold_key is not null and d.kind = 'message'
  and d.ambiguous = 0 and d.not_before <= clock_timestamp() and d.expires_at > coalesce(d.held_since, clock_timestamp())`;
/** Members of one digest; a burst that is larger becomes several. */
const MEMBERS_MAX = 20_000;
const NAMED_IN_GROUP = 10;
/** `d` is of one of these kinds: `$2` are their severities, `$3` their categories. */
const OF_KINDS = '(d.severity, d.category) in (select * from unnest($2::text[], $3::text[]))';
const IN_PLACE = 'order by d.priority, d.said_at, d.arrival';

@Injectable()
export class DigestMembersRepository {
  constructor(private readonly database: DataSource) {}

  /** Connection before lane, as everywhere. @returns false when the connection cannot send now */
  async lock(tx: EntityManager, { connectionId, laneId }: Line): Promise<boolean> {
    const active = await tx.query<unknown[]>(`select 1 from connections where connection_id = $1 and state = 'active' for share`, [connectionId]);
    await lockLane(tx, laneId); // members are those that were gathered, whatever comes since
    return active.length > 0;
  }

  /** As {@link lock}. @returns whether the lane is still leased to this holder */
  async lockLeased(tx: EntityManager, lane: LaneClaim): Promise<boolean> {
    const isActive = await this.lock(tx, lane);
    const held = await tx.query<unknown[]>('select 1 from lanes where lane_id = $1 and lease_id = $2', [lane.laneId, lane.leaseId]);
    return isActive && held.length > 0;
  }

  async kindsOf(tx: EntityManager, laneId: string): Promise<FoldableKind[]> {
    return tx.query<FoldableKind[]>(`select distinct d.severity, d.category, d.destination_id from ledger d where d.lane_id = $1 and ${FOLDABLE}`, [laneId]);
  }

  /** A condition for those of one kind, for {@link WaitingRepository.end}. */
  ofKind(laneId: string, { severity, category }: FoldableKind, limit: number): { condition: string; parameters: readonly unknown[] } {
    const kind = `d.lane_id = $1 and d.severity = $2 and d.category = $3 and ${FOLDABLE}`;
    return { condition: `(d.organization_id, d.delivery_id) in (select d.organization_id, d.delivery_id from deliveries d where ${kind} ${IN_PLACE} limit $4)`, parameters: [laneId, severity, category, limit] };
  }

  /** What may share a digest, the most urgent first, of these kinds: what arrives meanwhile may be of another one. */
  async foldKeys(tx: EntityManager, laneId: string, kinds: readonly FoldableKind[]): Promise<string[]> {
    const rows = await tx.query<{ fold_key: string }[]>(
      `select d.fold_key from deliveries d where d.lane_id = $1 and ${FOLDABLE} and ${OF_KINDS} group by 1 having count(*) > 1 order by min(d.priority), min(d.said_at)`,
      [laneId, ...columnsOf(kinds)],
    );
    return rows.map(({ fold_key }) => fold_key);
  }

  /** Nothing could be folded, which may have taken longer than the lease to find out: the lane sends for a while before it is looked at again. */
  async putOff(within: Pick<EntityManager, 'query'>, laneId: string): Promise<void> {
    await within.query(`update lanes set fold_at = clock_timestamp() + interval '1 minute' where lane_id = $1`, [laneId]);
  }

  /** Makes what waits in the lane with this key, of these kinds, members of a digest, at most {@link MEMBERS_MAX}. */
  async gather(tx: EntityManager, laneId: string, kinds: readonly FoldableKind[], foldKey: string, digestId: string): Promise<void> {
    await tx.query(
      `update deliveries m set digest_id = $5, version = m.version + 1, waiting_for = '{"reason": "told in a digest"}',
         held_since = null, expires_at = m.expires_at + coalesce(clock_timestamp() - m.held_since, interval '0')
       from (select d.organization_id, d.delivery_id from deliveries d where d.lane_id = $1 and d.fold_key = $4 and ${FOLDABLE} and ${OF_KINDS} ${IN_PLACE} limit ${MEMBERS_MAX}) d
       where m.organization_id = d.organization_id and m.delivery_id = d.delivery_id`,
      [laneId, ...columnsOf(kinds), foldKey, digestId],
    );
  }

  /** Gives the members of a digest to two new ones, each half in its order. */
  async halve(tx: EntityManager, { organizationId, digestId }: DigestKey, halves: readonly [string, string]): Promise<void> {
    await tx.query(
      `update deliveries m set digest_id = case d.half when 1 then $3 else $4 end, version = m.version + 1
       from (select d.organization_id, d.delivery_id, ntile(2) over (${IN_PLACE}) as half from deliveries d where d.organization_id = $1 and d.digest_id = $2 and d.state = 'waiting') d
       where m.organization_id = d.organization_id and m.delivery_id = d.delivery_id`,
      [organizationId, digestId, ...halves],
    );
  }

  /** Nobody knows of some posts of their digest whether they are in the channel: whatever tells them now may repeat it. */
  async passOnDoubt(tx: EntityManager, { organizationId, digestId, ambiguous }: DigestKey & { ambiguous: number }): Promise<void> {
    if (ambiguous === 0) return;
    await tx.query(`update deliveries set ambiguous = greatest(ambiguous, $3) where organization_id = $1 and digest_id = $2 and state = 'waiting'`, [organizationId, digestId, ambiguous]);
  }

  /** Members in the order of their ids. */
  async page(tx: EntityManager, { organizationId, digestId }: DigestKey, after: string, limit: number): Promise<DeliveryKey[]> {
    return tx.query<DeliveryKey[]>(
      `select organization_id, delivery_id from deliveries where organization_id = $1 and digest_id = $2 and state = 'waiting' and delivery_id > $3 order by delivery_id limit $4`,
      [organizationId, digestId, after, limit],
    );
  }

  /** Puts the members of a digest back in line, where they were, and wakes it. @param alone never to be folded again */
  async release(tx: EntityManager, { organizationId, digestId }: DigestKey, alone: boolean): Promise<void> {
    const [released] = await tx.query<[{ lane_id: string }[], number]>(
      `update deliveries d set digest_id = null, waiting_for = null, version = version + 1, fold_key = case when $3 then null else fold_key end,
         held_since = case when ${PAUSED} then coalesce(held_since, clock_timestamp()) end
       where organization_id = $1 and digest_id = $2 and state = 'waiting' returning lane_id`,
      [organizationId, digestId, alone],
    );
    await tx.query('select wake_lanes($1)', [[...new Set(released.map(({ lane_id }) => lane_id))]]);
  }

  /** Something waits in the lane again. */
  async wake(tx: EntityManager, laneId: string): Promise<void> {
    await tx.query('select wake_lanes($1)', [[laneId]]);
  }

  async count(tx: EntityManager, { organizationId, digestId }: DigestKey): Promise<number> {
    const [row] = await tx.query<{ members: number }[]>(`select count(*)::int as members from deliveries where organization_id = $1 and digest_id = $2 and state = 'waiting'`, [organizationId, digestId]);
    return row?.members ?? 0;
  }

  /** One line for each member. */
  async tell(tx: EntityManager, { organizationId, digestId }: DigestKey, kind: string, text: string): Promise<void> {
    await tx.query(
      `insert into timeline (organization_id, delivery_id, kind, text)
       select organization_id, delivery_id, $3, $4 from deliveries where organization_id = $1 and digest_id = $2 and state = 'waiting'`,
      [organizationId, digestId, kind, text],
    );
  }

  async facts(within: Pick<EntityManager, 'query'>, { organizationId, digestId }: DigestKey): Promise<MembersFacts> {
    const [facts] = await within.query<MembersFacts[]>(
      `select span.*, clock_timestamp() as now, first.destination_id, told.comment, told.options->'mention' as mention
       from (
         select count(*)::int as members, min(said_at) as oldest, max(said_at) as newest, case when count(workflow_id) = count(*) and count(distinct workflow_id) = 1 then min(workflow_id) end as workflow_id
         from deliveries where organization_id = $1 and digest_id = $2) span
       cross join lateral (select d.destination_id, d.command from ledger d where d.organization_id = $1 and d.digest_id = $2 ${IN_PLACE} limit 1) first
       cross join lateral json_to_record(first.command) told (comment text, options json)`,
      [organizationId, digestId],
    );
    if (!facts) throw new Error(`the digest ${digestId} has no members`);
    return facts;
  }

  /** By what the leak guard looks at: all that a digest told, or that one which is sent again did, also what it only counts. Nothing of what has no members. */
  async kindsTold({ organization_id, delivery_id }: DeliveryKey): Promise<Pick<Issue, 'severity' | 'category'>[]> {
    return this.database.query<Pick<Issue, 'severity' | 'category'>[]>('select distinct severity, category from deliveries where organization_id = $1 and digest_id = first_of_repetitions($1, $2)', [organization_id, delivery_id]);
  }

  /** The digest stands where its most urgent member stood, before all that was said at that moment, and lives as long as the last of them. */
  async takePlace(tx: EntityManager, { organizationId, digestId }: DigestKey): Promise<void> {
    await tx.query(
      `with first as (
         select d.priority, d.said_at, d.destination_name, members.expires_at, members.ambiguous
         from (select d.priority, d.said_at, d.destination_name from ledger d where d.organization_id = $1 and d.digest_id = $2 ${IN_PLACE} limit 1) d
         cross join (select max(expires_at) as expires_at, max(ambiguous) as ambiguous from deliveries where organization_id = $1 and digest_id = $2) members
       ), named as (
         update commands digest set destination_name = first.destination_name from first where digest.organization_id = $1 and digest.delivery_id = $2)
       update deliveries digest set priority = first.priority, said_at = first.said_at - interval '1 microsecond', expires_at = first.expires_at, ambiguous = first.ambiguous
       from first where digest.organization_id = $1 and digest.delivery_id = $2`,
      [organizationId, digestId],
    );
  }

  /** Every issue once, as its newest message tells it. */
  async counts(within: Pick<EntityManager, 'query'>, key: DigestKey): Promise<BurstCount[]> {
    return within.query<BurstCount[]>(`with ${ISSUES} select "group", told_change as change, count(*)::int as count from issue group by 1, 2 order by 1, 2`, [key.organizationId, key.digestId]);
  }

  /** The worst of each group. What only a card of its own shows stays out. */
  async named(within: Pick<EntityManager, 'query'>, key: DigestKey): Promise<NamedIssue[]> {
    const rows = await within.query<NamedIssue[]>(
      `with ${ISSUES}, ranked as (select issue.*, row_number() over (partition by "group" order by cvss desc nulls last, said_at, arrival) as rank from issue)
       select ranked."group", d.command->'issues'->0 as issue
       from ranked join ledger d on d.organization_id = $1 and d.delivery_id = ranked.delivery_id
       where ranked.rank <= ${NAMED_IN_GROUP} order by ranked."group", ranked.rank`,
      [key.organizationId, key.digestId],
    );
    return rows.map(({ group, issue: { description: _description, recommendation: _recommendation, ...issue } }) => ({ group, issue: { ...issue, tags: [] } }));
  }
}

function columnsOf(kinds: readonly FoldableKind[]): [string[], string[]] {
  return [kinds.map(({ severity }) => severity), kinds.map(({ category }) => category)];
}

/** `issue`: the issues of a digest as their newest messages tell them; `told_change`: what happened to each since it was last told. */
const ISSUES = `
  member as materialized (
    select d.delivery_id, d.said_at, d.arrival, d.change, d.issue_ids[1] as issue_id, d.issue_revision as revision, coalesce(nullif(d.issue_status, 'open'), d.severity) as "group", d.issue_cvss as cvss
    from ledger d
    where d.organization_id = $1 and d.digest_id = $2
  ), issue as materialized (
    select distinct on (issue_id) *,
      case when bool_or(change = 'new') over same then 'new' when bool_or(change = 'reopened') over same then 'reopened' when bool_or(change = 'updated') over same then 'updated' end as told_change
    from member window same as (partition by issue_id) order by issue_id, revision desc, said_at desc, arrival desc
  )`;
