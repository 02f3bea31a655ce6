/** Reads issues: one, a page, all of a filter, and how many have which value. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { Issue } from '@tocsin/domain';
import { badRequest, decodeCursor, toPage, type Caller, type Page } from '@tocsin/platform';

import { IssuesInSight } from './issue-conditions.js';
import { conditionsOf, type IssueFilter, type IssueQuery, type IssueSort } from './issue-query.js';
import { ISSUE_COLUMNS, issueOf, type IssueRow } from './issue-row.js';

const EXPORT_BATCH = 500;
const FACET_VALUES = 50;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const SORT_COLUMNS = { severity: 'severity', lastSeen: 'last_seen', firstSeen: 'first_seen', title: 'title collate "C"' } as const;
type SortField = keyof typeof SORT_COLUMNS;
const SORT_VALUES: Record<SortField, (row: IssueRow) => string | number> = {
  severity: (row) => row.severity,
  lastSeen: (row) => row.last_seen.toISOString(),
  firstSeen: (row) => row.first_seen.toISOString(),
  title: (row) => row.title,
};

const FACETS: Partial<Record<IssueFilter, string>> = {
  severity: `content->>'severity'`,
  status: 'status',
  category: 'category',
  application: 'application',
  tool: `nullif(tool, '')`,
  scope: `nullif(scope, '')`,
  rule: 'rule',
  owner: `jsonb_array_elements_text(content->'owners')`,
};

@Injectable()
export class IssueRepository {
  constructor(private readonly database: DataSource) {}

  /** An issue that the caller may see. */
  async find(caller: Caller, id: string): Promise<Issue | undefined> {
    return (await this.findAll(caller, [id]))[0];
  }

  /** Those of `ids` that the caller may see, in the order of `ids`. */
  async findAll(caller: Caller, ids: readonly string[]): Promise<Issue[]> {
    const sight = new IssuesInSight(caller, [{ sql: 'id = any(?::uuid[])', value: ids.filter((id) => UUID.test(id)) }]);
    const rows = await this.database.query<IssueRow[]>(`select ${ISSUE_COLUMNS} from issues where ${sight.where}`, sight.values);
    const byId = new Map(rows.map((row) => [row.id, issueOf(row)]));
    return ids.flatMap((id) => byId.get(id.toLowerCase()) ?? []);
  }

  /** The row of an issue that the caller may see, locked until the end of the transaction. */
  async lock(tx: EntityManager, caller: Caller, id: string): Promise<IssueRow | undefined> {
    if (!UUID.test(id)) return undefined;
    const sight = new IssuesInSight(caller, [{ sql: 'id = ?', value: id }]);
    const [row] = await tx.query<IssueRow[]>(`select ${ISSUE_COLUMNS} from issues where ${sight.where} for update`, sight.values);
    return row;
  }

  async list(caller: Caller, query: IssueQuery): Promise<Page<Issue>> {
    const { limit, cursor, sort } = query;
    return toPage(await this.rows(caller, query, limit + 1, cursor), limit, issueOf, (row) => cursorOf(sort, row));
  }

  /** Every issue of the filter, read in batches as they are asked for. */
  async *all(caller: Caller, query: IssueQuery): AsyncGenerator<Issue> {
    let cursor: string | undefined;
    do {
      const page = toPage(await this.rows(caller, query, EXPORT_BATCH + 1, cursor), EXPORT_BATCH, issueOf, (row) => cursorOf(query.sort, row));
      yield* page.items;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** For each filter the values that there are and how many issues have each, the other filters applied. */
  async facets(caller: Caller, query: IssueQuery): Promise<Record<string, Record<string, number>>> {
    const facets: Record<string, Record<string, number>> = {};
    for (const [name, expression] of Object.entries(FACETS)) {
      const sight = conditionsOf(query, caller, name as IssueFilter);
      const rows = await this.database.query<{ value: string; count: number }[]>(
        `select value, count(*)::int as count from (select ${expression} as value from issues where ${sight.where}) as valued
         where value is not null group by value order by count(*) desc, value limit ${FACET_VALUES}`,
        sight.values,
      );
      facets[name] = Object.fromEntries(rows.map(({ value, count }) => [value, count]));
    }
    return facets;
  }

  private async rows(caller: Caller, query: IssueQuery, limit: number, cursor: string | undefined): Promise<IssueRow[]> {
    const { field, descending } = sortOf(query.sort);
    const column = SORT_COLUMNS[field];
    const sight = conditionsOf(query, caller);
    const after = placeOf(cursor, query.sort);
    if (after) sight.and({ sql: `(${column}, id) ${descending ? '<' : '>'} (?, ?::uuid)`, value: after.value, second: after.id });
    const direction = descending ? 'desc' : 'asc';
    return this.database.query<IssueRow[]>(
      `select ${ISSUE_COLUMNS} from issues where ${sight.where} order by ${column} ${direction}, id ${direction} limit ${sight.parameter(limit)}`,
      sight.values,
    );
  }
}

function sortOf(sort: IssueSort): { field: SortField; descending: boolean } {
  return { field: sort.replace(/^-/, '') as SortField, descending: sort.startsWith('-') };
}

function cursorOf(sort: IssueSort, row: IssueRow): [string, string | number, string] {
  return [sort, SORT_VALUES[sortOf(sort).field](row), row.id];
}

/** @throws ProblemException 400 when the cursor is none of ours, or one of another sort */
function placeOf(cursor: string | undefined, sort: IssueSort): { value: string | number; id: string } | undefined {
  const key = decodeCursor(cursor, 3);
  if (key === undefined) return undefined;
  const [of, value, id] = key;
  const fits = of === sort && typeof id === 'string' && UUID.test(id) && isSortValue(sortOf(sort).field, value);
  if (!fits) throw badRequest('The cursor is not valid.', [{ parameter: 'cursor', code: 'bad_cursor', message: 'use nextCursor of the previous page as it is, with the same sort' }]);
  return { value: value as string | number, id };
}

function isSortValue(field: SortField, value: unknown): boolean {
  if (field === 'severity') return Number.isInteger(value);
  if (typeof value !== 'string') return false;
  return field === 'title' || !Number.isNaN(Date.parse(value));
}
