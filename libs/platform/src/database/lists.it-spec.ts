import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';

import { testDatabase, type TestDatabase } from '@tocsin/testing';

import { jsonbList, plainArray, textArray } from './lists.js';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

test.each([[[]], [['']], [['a', '', 'b,c', '{"d"}', "e'\\", 'NULL', 'grüße\n', '語😀']]])('texts arrive as they are: %j', async (texts) => {
  const { rows } = await client.query<{ texts: string[] }>('select $1::text[] as texts', [textArray(texts)]);
  expect(rows).toEqual([{ texts }]);
});

test('bytes are texts as well', async () => {
  const { rows } = await client.query<{ texts: string[] }>('select $1::text[] as texts', [textArray([Buffer.from('grüße'), '語'])]);
  expect(rows).toEqual([{ texts: ['grüße', '語'] }]);
});

test.each([[[]], [[{ a: 'grüße', b: [1] }]], [['x', null, { c: '語' }]]])('JSON: %j', async (items) => {
  const { rows } = await client.query<object>('select $1::jsonb as items', [jsonbList(items.map((item) => Buffer.from(JSON.stringify(item))))]);
  expect(rows).toEqual([{ items }]);
});

test('numbers and UUIDs', async () => {
  const uuid = '0194a9f5-6f0c-7c3e-8d1b-3a2f4d5e6f70';
  const { rows } = await client.query<object>('select $1::int[] as numbers, $2::uuid[] as ids, $3::bigint[] as none', [plainArray([1, -2]), plainArray([uuid]), plainArray([])]);
  expect(rows).toEqual([{ numbers: [1, -2], ids: [uuid], none: [] }]);
});
