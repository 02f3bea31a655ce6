import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@tocsin/testing';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';

import type { AuditEntry } from '@tocsin/contracts';

import type { Caller } from '../auth/caller.js';
import { openDatabase } from '../database/open-database.js';
import { AuditController, AuditQuery } from './audit.controller.js';
import { actorOf, Audit, createAuditTable, indexAuditByTarget } from './audit.js';

class Tables1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createAuditTable(runner);
    await indexAuditByTarget(runner);
  }

  async down(): Promise<void> {}
}

let server: TestDatabase;
let database: DataSource;
const audit = new Audit();

beforeAll(async () => {
  server = await testDatabase();
  database = await openDatabase({ url: server.url, schema: 'connector', migrations: [Tables1732460000000] });
});

afterAll(async () => {
  await database.destroy();
  await server.drop();
});

function callerOf(organizationId: string): Caller {
  return { kind: 'user', id: 'u1', name: 'ada@acme.test', organizationId, permissions: new Set(['audit:read'] as const) };
}

async function entriesOf(organizationId: string, query: Partial<AuditQuery> = {}): Promise<{ items: AuditEntry[]; nextCursor: string | null }> {
  return new AuditController(database, 'connector').list(callerOf(organizationId), Object.assign(new AuditQuery(), query));
}

async function record(organizationId: string, action: string, more: object = {}): Promise<void> {
  await database.transaction((tx) => audit.record(tx, { organizationId, actor: actorOf(callerOf(organizationId)), action, target: { kind: 'connection', id: 'c1' }, ...more }));
}

describe('the audit log', () => {
  test('says who did what to what, when, from which request, and how it was before and after', async () => {
    await record('acme', 'connection.paused', { before: { state: 'connected' }, after: { state: 'paused' }, requestId: 'r1' });
    const { items } = await entriesOf('acme');
    expect(items).toEqual([{
      id: expect.any(String), at: expect.stringMatching(/^\d{4}-.*Z$/), service: 'connector', requestId: 'r1', actor: { kind: 'user', id: 'u1', name: 'ada@acme.test' },
      action: 'connection.paused', target: { kind: 'connection', id: 'c1' }, before: { state: 'connected' }, after: { state: 'paused' },
    }]);
  });

  test('shows an organization its own entries only', async () => {
    await record('globex', 'connection.connected');
    await expect(entriesOf('initech')).resolves.toEqual({ items: [], nextCursor: null });
    expect((await entriesOf('globex')).items.map(({ action }) => action)).toEqual(['connection.connected']);
  });

  test('has no entry of a change that did not happen', async () => {
    const failing = database.transaction(async (tx) => {
      await audit.record(tx, { organizationId: 'hooli', actor: { kind: 'system', id: 'health' }, action: 'connection.revoked', target: { kind: 'connection', id: 'c1' } });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await expect(entriesOf('hooli')).resolves.toMatchObject({ items: [] });
  });

  test('is read from the newest to the oldest, page by page, each entry once', async () => {
    for (let number = 1; number <= 5; number++) await record('umbrella', `connection.change${number}`);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await entriesOf('umbrella', { limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ action }) => action));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([5, 4, 3, 2, 1].map((number) => `connection.change${number}`));
  });

  test('tells what happened to one thing, page by page', async () => {
    for (const [id, action] of [['c1', 'connection.connected'], ['c2', 'connection.connected'], ['c1', 'connection.paused'], ['c1', 'connection.resumed']] as const) {
      await record('stark', action, { target: { kind: 'connection', id } });
    }
    const first = await entriesOf('stark', { target: 'c1', limit: 2 });
    const second = await entriesOf('stark', { target: 'c1', cursor: first.nextCursor ?? '' });
    expect([first, second].map(({ items }) => items.map(({ action }) => action))).toEqual([['connection.resumed', 'connection.paused'], ['connection.connected']]);
    expect((await entriesOf('globex', { target: 'c2' })).items).toEqual([]);
  });
});
