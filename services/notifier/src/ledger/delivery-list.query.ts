/**
 * Lists of deliveries, the newest first. Many answer to few filters: a list looks at them in their order for as long as a page
 * may take, so that a page may hold less than was asked for, or nothing, although there are more.
 */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { Delivery } from '@tocsin/contracts';
import { CURSOR_PARTS, decodeCursor, encodeCursor, toPage, type Page } from '@tocsin/platform';

import { DELIVERY_COLUMNS, deliveryView, type DeliveryRow } from '../deliveries/delivery-view.js';
import type { Which } from '../deliveries/waiting.repository.js';
import { areFew, fewSql, filterSql, newestSql, type DeliveryFilter } from './delivery-filter.js';
import { lookThrough, type Look, type Place, type Step } from './look-through.js';

const LOOK_MS = 200;
/** At so many a page looks however long it takes: where there are no more, every page is whole. */
const LEAST = 10_000;
/** As many as are put in order at once. */
const FEW = 5000;
const NEWEST_FIRST = 'order by d.created_at desc, d.delivery_id desc';
const KEY = (of: string): string => `json_build_array(${of}.created_at::text, ${of}.delivery_id)`;

type ListedRow = DeliveryRow & { created_key: string };

@Injectable()
export class DeliveryListQuery {
  constructor(private readonly database: DataSource) {}

  /** @param lookMs how long a page may look at very many */
  async list(organizationId: string, filter: DeliveryFilter, lookMs = LOOK_MS): Promise<Page<Delivery>> {
    const { limit } = filter;
    const which = filterSql(organizationId, filter);
    const after = (decodeCursor(filter.cursor, 2, CURSOR_PARTS.time) ?? null) as Place | null;
    const few = await this.few(organizationId, filter);
    if (few) return this.listOfFew(which, few, limit, after);
    const endsAt = performance.now() + lookMs;
    const { found, next } = await lookThrough(this.look(which, filter), limit, after, (looked) => looked >= LEAST && performance.now() > endsAt);
    const rows = found.length === 0 ? [] : await this.rows(which, `d.delivery_id = any($${which.parameters.length + 1}) ${NEWEST_FIRST}`, [found.map(([, id]) => id)]);
    return { items: rows.map((row) => deliveryView(row)), nextCursor: next && encodeCursor(next) };
  }

  /** Ids of few deliveries among which all that are wanted are; `all` when the filter finds few by itself. */
  private async few(organizationId: string, filter: DeliveryFilter): Promise<string[] | 'all' | undefined> {
    if (areFew(filter)) return 'all';
    if (filter.q !== undefined && (await this.database.query<unknown[]>('select 1 from deliveries where organization_id = $1 and delivery_id = $2', [organizationId, filter.q])).length > 0) return [filter.q];
    const sql = fewSql(filter);
    if (sql === undefined) return undefined;
    const few = await this.database.query<{ delivery_id: string }[]>(`${sql} limit $2`, [organizationId, FEW + 1]);
    return few.length > FEW ? undefined : few.map(({ delivery_id }) => delivery_id);
  }

  private async listOfFew(which: Which, ids: string[] | 'all', limit: number, after: Place | null): Promise<Page<Delivery>> {
    const [at, id, most, among] = [1, 2, 3, 4].map((place) => `$${which.parameters.length + place}`);
    const rows = await this.rows(
      which,
      `${ids === 'all' ? 'true' : `d.delivery_id = any(${among}::text[])`} and (${at}::timestamptz is null or (d.created_at, d.delivery_id) < (${at}::timestamptz, ${id}::text)) ${NEWEST_FIRST} limit ${most}`,
      [...placeOf(after), limit + 1, ...(ids === 'all' ? [] : [ids])],
    );
    return toPage(rows, limit, (row) => deliveryView(row), (row) => [row.created_key, row.delivery_id]);
  }

  private async rows({ condition, parameters }: Which, further: string, own: readonly unknown[]): Promise<ListedRow[]> {
    return this.database.query<ListedRow[]>(`select ${DELIVERY_COLUMNS('d')}, d.created_at::text as created_key from ledger d where ${condition} and ${further}`, [...parameters, ...own]);
  }

  private look({ condition, parameters }: Which, filter: DeliveryFilter): Look {
    const [at = '', id = '', count = '', most = '', since = '', before = '', changedBefore = '', wanted = ''] = [1, 2, 3, 4, 5, 6, 7, 8].map((place) => `$${parameters.length + place}`);
    const newest = newestSql(filter, (of) => `(${of} and (${at}::timestamptz is null or (c.created_at, c.delivery_id) < (${at}::timestamptz, ${id}::text))
      and (${since}::timestamptz is null or c.created_at >= ${since}::timestamptz) and (coalesce(${before}, ${changedBefore}) is null or c.created_at < least(${before}::timestamptz, ${changedBefore}::timestamptz))
      order by c.created_at desc, c.delivery_id desc limit ${count})`);
    const sql = `
      with newest as materialized (${newest.sql.replaceAll('?', wanted)}), found as (
        select n.* from newest n cross join lateral (select * from ledger d where d.organization_id = $1 and d.delivery_id = n.delivery_id offset 0) d -- each by its key
        where ${condition} order by n.created_at desc, n.delivery_id desc limit ${most})
      select (select count(*)::int from newest) as looked, (select ${KEY('n')} from newest n order by n.created_at, n.delivery_id limit 1) as last,
        (select coalesce(json_agg(${KEY('f')} order by f.created_at desc, f.delivery_id desc), '[]') from found f) as found`;
    return async (after, steps, mostFound) => {
      const [step] = await this.database.query<Step[]>(sql, [...parameters, ...placeOf(after), steps, mostFound, filter.after ?? null, filter.before ?? null, filter.changedBefore ?? null, ...(newest.wanted ? [newest.wanted] : [])]);
      if (!step) throw new Error('PostgreSQL did not look');
      return step;
    };
  }
}

function placeOf(after: Place | null): [string | null, string | null] {
  return after === null ? [null, null] : [after[0], after[1]];
}
