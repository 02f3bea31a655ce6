import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@tocsin/testing';
import type { Response } from 'express';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';

import { openDatabase } from '../database/open-database.js';
import { Outbox } from '../outbox/outbox.js';
import { createIdempotencyTable, Idempotency, type IdempotentCall } from './idempotency.js';

class Tables1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createIdempotencyTable(runner);
    await runner.query('create table sent (id int generated always as identity, what text)');
  }

  async down(): Promise<void> {}
}

let server: TestDatabase;
let database: DataSource;
let idempotency: Idempotency;

beforeAll(async () => {
  server = await testDatabase();
  database = await openDatabase({ url: server.url, schema: 'issues', migrations: [Tables1732460000000] });
  idempotency = new Idempotency(new Outbox(database, 'issues', { wake: () => undefined }));
});

afterAll(async () => {
  await database.destroy();
  await server.drop();
});

interface Answered {
  status?: number;
  headers: Record<string, string>;
}

function aCall(overrides: Partial<IdempotentCall>): { call: IdempotentCall; answered: Answered } {
  const answered: Answered = { headers: {} };
  const response = {
    set: (name: string, value: string) => { answered.headers[name] = value; },
    status: (status: number) => { answered.status = status; },
  } as unknown as Response;
  return { call: { organizationId: 'acme', route: 'POST /v1/slack-messages', key: 'k1', bodyHash: 'h1', response, ...overrides }, answered };
}

/** Sends `what`, as a click does. */
async function click(overrides: Partial<IdempotentCall>, what = 'message'): Promise<Answered & { body: { id: number } }> {
  const { call, answered } = aCall(overrides);
  const body = await idempotency.run(call, async (tx) => {
    const [row] = await tx.query<{ id: number }[]>('insert into sent (what) values ($1) returning id', [what]);
    return { status: 202, body: { id: row?.id ?? 0 } };
  });
  return { ...answered, body };
}

async function sent(what: string): Promise<number> {
  return (await database.query<unknown[]>('select from sent where what = $1', [what])).length;
}

describe('a request with an Idempotency-Key', () => {
  test('that comes again is answered as the first time, and says so', async () => {
    const first = await click({ key: 'again' }, 'again');
    const second = await click({ key: 'again' }, 'again');
    expect(first).toMatchObject({ status: 202, headers: {} });
    expect(second).toEqual({ status: 202, headers: { 'Idempotency-Replayed': 'true' }, body: first.body });
    await expect(sent('again')).resolves.toBe(1);
  });

  test('is answered with the same bytes: fields stay in their order', async () => {
    const replay = (): Promise<object> => idempotency.run(aCall({ key: 'bytes' }).call, () => Promise.resolve({ status: 202, body: { deliveryId: 'd2', replayOf: 'd1' } }));
    expect(JSON.stringify([await replay(), await replay()])).toBe('[{"deliveryId":"d2","replayOf":"d1"},{"deliveryId":"d2","replayOf":"d1"}]');
  });

  test('that comes five times at once has one effect and five equal answers', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => click({ key: 'double' }, 'double click')));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['Idempotency-Replayed'] === undefined)).toHaveLength(1);
    await expect(sent('double click')).resolves.toBe(1);
  });

  test('is refused with another body', async () => {
    await click({ key: 'other body' });
    await expect(click({ key: 'other body', bodyHash: 'h2' }, 'other body')).rejects.toMatchObject({ status: 409, content: { code: 'idempotency_key_reused', errors: [{ header: 'Idempotency-Key' }] } });
    await expect(sent('other body')).resolves.toBe(0);
  });

  test.each<[string, Partial<IdempotentCall>]>([
    ['organization', { organizationId: 'globex' }],
    ['route', { route: 'POST /v1/issues/1/slack-messages' }],
  ])('of another %s is another request', async (what, other) => {
    await click({ key: what }, what);
    const { headers } = await click({ key: what, ...other }, what);
    expect(headers).toEqual({});
    await expect(sent(what)).resolves.toBe(2);
  });

  test('that failed may be tried again: it left neither key nor effect', async () => {
    const { call } = aCall({ key: 'failed' });
    await expect(idempotency.run(call, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(click({ key: 'failed' }, 'failed')).resolves.toMatchObject({ headers: {} });
  });

  test('waits for the one that holds the key, and goes through when that fails', async () => {
    let begun = false;
    let failNow: () => void = () => {};
    const { call } = aCall({ key: 'waits' });
    const first = idempotency.run(call, () => new Promise<never>((_, reject) => {
      begun = true;
      failNow = () => { reject(new Error('no')); };
    }));
    first.catch(() => undefined);
    await eventually(() => begun);
    const second = click({ key: 'waits' }, 'waits');
    failNow();
    await expect(first).rejects.toThrow('no');
    await expect(second).resolves.toMatchObject({ status: 202, headers: {} });
  });

  test('is new again after 24 hours', async () => {
    await click({ key: 'old' }, 'old');
    await database.query(`update idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'`);
    await click({ key: 'old', bodyHash: 'h2' }, 'old');
    await expect(sent('old')).resolves.toBe(2);
  });

  test('can be answered before anybody is asked, once it has an answer', async () => {
    const { call, answered } = aCall({ key: 'early' });
    await expect(idempotency.replay(call)).resolves.toBeUndefined();
    const { body } = await click({ key: 'early' });
    await expect(idempotency.replay(call)).resolves.toEqual({ body });
    expect(answered).toEqual({ status: 202, headers: { 'Idempotency-Replayed': 'true' } });
  });
});

test('requests without a key have each their own effect', async () => {
  await click({ key: undefined }, 'keyless');
  await click({ key: undefined }, 'keyless');
  await expect(sent('keyless')).resolves.toBe(2);
});
