/** Replays of many: what they name is fixed when they are asked for, and worked through in the order in which it was said. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';

import type { AcceptedReplays, ReplayDeliveries, ReplayProgress } from '@tocsin/contracts';
import type { Destination } from '@tocsin/domain';

import type { Author } from '../author.js';
import { DELIVERY_COLUMNS } from '../deliveries/delivery-view.js';
import { criteriaOf, filterSql } from './delivery-filter.js';
import { EMPTIED, lockRepetitions, REPEATABLE_COLUMNS, type RepeatableRow } from './repeat.js';

export interface Replay {
  replay_id: string;
  organization_id: string;
  author: Author;
  destination: Destination | null;
  reason: string | null;
  force: boolean;
  place: number;
}

/** A delivery that a replay names; `row` is missing when it is not kept any more. */
export interface ReplayItem {
  place: number;
  deliveryId: string;
  row: RepeatableRow | undefined;
  /** Its digest is named by the same replay; or it is a digest of which nothing was left. */
  isToldByDigest: boolean;
  /** So is a later repetition of the same: what was asked for last. */
  isToldByLater: boolean;
}

type ItemRow = RepeatableRow & { place: number; item_id: string; is_told: boolean; is_repeated: boolean };

const KEPT_DAYS = 30;

@Injectable()
export class ReplayRepository {
  constructor(private readonly database: DataSource) {}

  /** @throws ProblemException 400 when the filter is empty */
  async begin(tx: EntityManager, author: Author, { filter, destination, reason, force }: ReplayDeliveries): Promise<AcceptedReplays> {
    const { condition, parameters } = filterSql(author.organizationId, criteriaOf(filter));
    const replayId = uuid();
    await tx.query('insert into replays (replay_id, organization_id, author, destination, reason, force, matched) values ($1, $2, $3, $4, $5, $6, 0)', [
      replayId, author.organizationId, author, destination ?? null, reason ?? null, force === true,
    ]);
    const [counted] = await tx.query<{ matched: number }[]>(
      `with named as (
         insert into replay_items (replay_id, place, delivery_id)
         select $${parameters.length + 1}, row_number() over (order by d.said_at, d.arrival), d.delivery_id from ledger d where ${condition} returning 1)
       select count(*)::int as matched from named`,
      [...parameters, replayId],
    );
    const matched = counted?.matched ?? 0;
    await tx.query('update replays set matched = $2 where replay_id = $1', [replayId, matched]);
    return { replayId, matched };
  }

  async progress(organizationId: string, replayId: string): Promise<ReplayProgress | undefined> {
    const [row] = await this.database.query<ReplayProgress[]>('select state, matched, done, skipped from replays where organization_id = $1 and replay_id::text = $2', [organizationId, replayId]);
    return row;
  }

  /** Asked before a transaction is begun for it. */
  async isAnyRunning(): Promise<boolean> {
    return (await this.database.query<unknown[]>(`select 1 from replays where state = 'running' limit 1`)).length > 0;
  }

  /** Locks the one that was worked on least recently; other replicas pass over it. */
  async take(tx: EntityManager): Promise<Replay | undefined> {
    const [replay] = await tx.query<Replay[]>(
      `select replay_id, organization_id, author, destination, reason, force, place from replays where state = 'running' order by worked_at, asked_at limit 1 for update skip locked`,
    );
    return replay;
  }

  /** With all of them locked against other replays. Their places have no gaps. */
  async next(tx: EntityManager, { replay_id, organization_id, place }: Replay, limit: number): Promise<ReplayItem[]> {
    const items = await tx.query<{ delivery_id: string }[]>('select delivery_id from replay_items where replay_id = $1 and place > $2 and place <= $2 + $3', [replay_id, place, limit]);
    if (items.length === 0) return [];
    await lockRepetitions(tx, organization_id, items.map(({ delivery_id }) => delivery_id));
    const rows = await tx.query<ItemRow[]>(
      `select i.place, i.delivery_id as item_id, ${DELIVERY_COLUMNS('d')}, ${REPEATABLE_COLUMNS},
         d.digest_id is not null and exists (select 1 from replay_items o where o.replay_id = i.replay_id and o.delivery_id = d.digest_id)
           or ${EMPTIED} as is_told,
         exists (select 1 from other_repetitions(d.organization_id, d.delivery_id) again join replay_items o on o.replay_id = i.replay_id and o.delivery_id = again.delivery_id and o.place > i.place) as is_repeated
       from (select * from replay_items where replay_id = $1 and place > $2 and place <= $2 + $4) i
       left join ledger d on d.organization_id = $3 and d.delivery_id = i.delivery_id order by i.place`,
      [replay_id, place, organization_id, limit],
    );
    return rows.map((row) => ({
      place: row.place, deliveryId: row.item_id, row: (row.delivery_id as string | null) === null ? undefined : row, isToldByDigest: row.is_told, isToldByLater: row.is_repeated,
    }));
  }

  async advance(tx: EntityManager, { replay_id }: Replay, { place, done, skipped }: { place: number; done: number; skipped: number }): Promise<void> {
    await tx.query('update replays set place = $2, done = done + $3, skipped = skipped + $4, worked_at = clock_timestamp() where replay_id = $1', [replay_id, place, done, skipped]);
  }

  async finish(tx: EntityManager, { replay_id }: Replay): Promise<void> {
    await tx.query(`update replays set state = 'done' where replay_id = $1`, [replay_id]);
    await tx.query('delete from replay_items where replay_id = $1', [replay_id]);
    await tx.query(`delete from replays where state = 'done' and asked_at < clock_timestamp() - make_interval(days => $1)`, [KEPT_DAYS]);
  }
}
