/** Records commands in their lanes, each once however often it comes, and counts them. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { failPoint, jsonbList, Outbox, plainArray, textArray } from '@tocsin/platform';

import { arrivalRow, type Arrival, type ArrivalRow, type Lane } from './arrival.js';

const DEFAULT_LIFE_HOURS = 24;
const CLOCK_TOLERANCE_MINUTES = 5;

@Injectable()
export class ArrivalRepository {
  constructor(private readonly outbox: Outbox) {}

  /** @returns the ids of the deliveries that were new */
  async ingest(rows: readonly ArrivalRow[]): Promise<string[]> {
    failPoint('arrival.commit', 'before');
    const recorded = await this.outbox.statement((database) => accept(database, rows));
    failPoint('arrival.commit');
    return recorded;
  }

  /** {@link ingest} within the caller's transaction. Lanes are locked in the order of their ids before anything enters them. */
  async ingestWithin(tx: Pick<EntityManager, 'query'>, arrivals: readonly Arrival[]): Promise<string[]> {
    return accept(tx, arrivals.map(arrivalRow));
  }
}

async function accept(database: Pick<EntityManager, 'query'>, rows: readonly ArrivalRow[]): Promise<string[]> {
  const { lanes, places } = lanesOf(rows);
  const inserted = await database.query<{ delivery_id: string }[]>(
    'select delivery_id from accept_deliveries($1::jsonb, $2::int[], $3::jsonb, $4::text[], make_interval(hours => $5), make_interval(mins => $6))',
    [JSON.stringify(lanes), plainArray(places), jsonbList(rows.map(({ facts }) => facts)), textArray(rows.map(({ event }) => event)), DEFAULT_LIFE_HOURS, CLOCK_TOLERANCE_MINUTES],
  );
  return inserted.map((row) => row.delivery_id);
}

/** Each lane once; and the place of each row's lane among them, from 1. */
function lanesOf(rows: readonly ArrivalRow[]): { lanes: Lane[]; places: number[] } {
  const known = new Map<string, { lane: Lane; place: number }>();
  const places = rows.map(({ lane }) => {
    const key = JSON.stringify([lane.organizationId, lane.connectionId, lane.destinationKey]);
    const entry = known.get(key) ?? { lane, place: known.size + 1 };
    known.set(key, entry);
    return entry.place;
  });
  return { lanes: [...known.values()].map(({ lane }) => lane), places };
}
