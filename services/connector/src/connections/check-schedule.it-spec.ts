import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { openDatabase } from '@tocsin/platform';
import { testDatabase, type TestDatabase } from '@tocsin/testing';

import { Initial1732460000000 } from '../migrations/1732460000000-initial.js';
import { Checks1764201600000 } from '../migrations/1764201600000-checks.js';
import { CheckSchedule } from './check-schedule.repository.js';
import type { StoredConnection } from './stored-connection.js';

const QUARTER = 900;

let server: TestDatabase;
let database: DataSource;
let schedule: CheckSchedule;

beforeAll(async () => {
  server = await testDatabase();
  database = await openDatabase({ url: server.url, schema: 'connector', migrations: [Initial1732460000000, Checks1764201600000] });
  schedule = new CheckSchedule(database, QUARTER);
});

afterAll(async () => {
  await database.destroy();
  await server.drop();
});

beforeEach(async () => {
  await database.query('truncate connections');
});

/** @param next SQL of its next check */
async function connections(ids: readonly string[], next = `'-infinity'`, disconnected = false): Promise<void> {
  await database.query(
    `insert into connections (id, organization_id, team_id, method, workspace, bot, scopes, missing_scopes, paused, health, version, credential_version, token_box, token_hint, token_updated_at, created_at, disconnected_at, next_check_at)
     select id, 'acme', id, 'token', '{}', '{}', '{}', '{}', false, '{}', 1, 1, case when $2 then null else '\\x00'::bytea end, '', now(), now(), case when $2 then now() end, ${next} from unnest($1::text[]) id`,
    [ids, disconnected],
  );
}

async function secondsUntil(): Promise<Record<string, number | null>> {
  const rows = await database.query<{ id: string; seconds: number | null }[]>('select id, extract(epoch from next_check_at - clock_timestamp())::float as seconds from connections');
  return Object.fromEntries(rows.map(({ id, seconds }) => [id, seconds]));
}

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${String(index).padStart(3, '0')}`);

test('replicas that claim at the same time get each connection once', async () => {
  await connections(ids(60));
  const claims = await Promise.all(Array.from({ length: 8 }, () => schedule.claim(10)));
  const claimed = claims.flat().map(({ id }) => id);
  expect(new Set(claimed).size).toBe(claimed.length);
  const rest = (await schedule.claim(100)).map(({ id }) => id);
  expect([...claimed, ...rest].sort()).toEqual(ids(60));
  expect(await schedule.claim(100)).toEqual([]);
});

test('a check that nobody finished is claimed again when its lease is over', async () => {
  await connections(['c1']);
  expect(await schedule.claim(1)).toEqual([{ id: 'c1', organizationId: 'acme' }]);
  const { c1 } = await secondsUntil();
  expect(c1).toBeGreaterThan(100);
  expect(c1).toBeLessThanOrEqual(120);
  await database.query(`update connections set next_check_at = next_check_at - interval '121 seconds'`);
  expect(await schedule.claim(1)).toHaveLength(1);
});

test('what waited longest goes first; what is disconnected or not due does not go', async () => {
  await connections(['late'], `clock_timestamp() - interval '1 hour'`);
  await connections(['later'], `clock_timestamp() - interval '2 hours'`);
  await connections(['never-yet'], 'null');
  await connections(['soon'], `clock_timestamp() + interval '1 minute'`);
  await connections(['gone'], `'-infinity'`, true);
  expect([await schedule.claim(1), await schedule.claim(1), await schedule.claim(5)].flat().map(({ id }) => id)).toEqual(['never-yet', 'later', 'late']);
});

test('at the start, connections without a time, or one from under a longer interval, are spread over the interval', async () => {
  await connections(ids(50), 'null');
  await connections(['far'], `clock_timestamp() + interval '7 days'`);
  await connections(['near'], `clock_timestamp() + interval '30 minutes'`);
  await connections(['gone'], 'null', true);
  await schedule.spread();
  const { near, gone, ...spread } = await secondsUntil();
  expect(gone).toBeNull();
  expect(near).toBeGreaterThan(1700);
  const seconds = Object.values(spread).map(Number);
  expect(seconds).toHaveLength(51);
  for (const each of seconds) expect(each).toBeLessThanOrEqual(QUARTER);
  expect(Math.max(...seconds) - Math.min(...seconds)).toBeGreaterThan(QUARTER / 3);
});

test('without an interval nothing is planned', async () => {
  await connections(['c1']);
  const connection = { id: 'c1', health: { state: 'connected', since: new Date().toISOString() }, doubts: 0, unansweredChecks: 0 } as StoredConnection;
  await new CheckSchedule(database, 0).plan(database.manager, connection);
  expect(await secondsUntil()).toEqual({ c1: null });
});
