import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { ApiKey, AuditEntry, Problem } from '@tocsin/contracts';
import type { VerifiedApiKey } from '@tocsin/platform';

import { RunningConnector, type Who } from '../../test/running-connector.js';

let connector: RunningConnector;

beforeAll(async () => { connector = await RunningConnector.start(); }, 60_000);
afterAll(() => connector.stop(), 30_000);

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

async function create(who: Who, body: object = {}): Promise<ApiKey> {
  const { status, body: created } = await connector.call<ApiKey>('POST', '/v1/api-keys', { who, body: { name: 'ci', roles: ['ingest'], expiresAt: inAnHour(), ...body } });
  expect(status).toBe(201);
  return created;
}

async function verify(key: string): Promise<VerifiedApiKey | undefined> {
  return connector.peer('issues').post('connector', '/internal/api-keys/verify', { key });
}

describe('an API key', () => {
  test('is shown once, known by its hash, and lets its bearer in', async () => {
    const who = { organization: 'keys-1' };
    const created = await create(who, { roles: ['admin'] });
    const { key = '' } = created;
    expect(key).toMatch(/^tocsin_[\w-]{43}$/);
    expect(await verify(key)).toEqual({ id: created.id, name: 'ci', organizationId: 'keys-1', permissions: created.permissions, expiresAt: created.expiresAt });
    const listed = await connector.call<{ items: ApiKey[] }>('GET', '/v1/api-keys', { headers: { authorization: `Bearer ${key}` } });
    expect(listed.body.items.map((item) => ({ ...(item as object), key }))).toEqual([created]);
    expect(JSON.stringify(listed.body)).not.toContain(key);
    const rows = await connector.database.query(`select k::text from connector.api_keys k union all select a::text from connector.audit a`);
    expect(JSON.stringify(rows)).not.toContain(key);
    expect(connector.log).not.toContain(key);
  });

  test('is made once by a request that comes twice, however close, and shown again, kept sealed', async () => {
    const who = { organization: 'keys-twice' };
    const body = { name: 'ci', roles: ['ingest'], expiresAt: inAnHour() };
    const ask = (more: object = {}) => connector.call<ApiKey>('POST', '/v1/api-keys', { who, body: { ...body, ...more }, headers: { 'idempotency-key': 'k1' } });
    const [first, second] = await Promise.all([ask(), ask()]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(await verify(first.body.key ?? '')).toMatchObject({ id: first.body.id });
    expect((await connector.call<{ items: ApiKey[] }>('GET', '/v1/api-keys', { who })).body.items).toHaveLength(1);
    expect((await ask({ name: 'other' })).status).toBe(409);
    expect(JSON.stringify(await connector.database.query('select i::text from connector.idempotency_keys i'))).not.toContain(first.body.key);
  });

  test('is listed page by page and deleted, each audited, by its organization only', async () => {
    const [who, other] = [{ organization: 'keys-2' }, { organization: 'keys-3' }];
    const [first, second] = [await create(who), await create(who)];
    const page = await connector.call<{ items: ApiKey[]; nextCursor: string }>('GET', '/v1/api-keys?limit=1', { who });
    const next = await connector.call<{ items: ApiKey[] }>('GET', `/v1/api-keys?limit=1&cursor=${page.body.nextCursor}`, { who });
    expect([...page.body.items, ...next.body.items].map(({ id }) => id)).toEqual([second.id, first.id]);
    expect((await connector.call('DELETE', `/v1/api-keys/${first.id}`, { who: other })).status).toBe(404);
    expect((await connector.call('DELETE', `/v1/api-keys/${first.id}`, { who })).status).toBe(204);
    expect(await verify(first.key ?? '')).toBeUndefined();
    expect(await verify(second.key ?? '')).toBeDefined();
    const audit = await connector.call<{ items: AuditEntry[] }>('GET', '/v1/audit', { who });
    expect(audit.body.items.map(({ action, target }) => [action, target.id])).toEqual([['api_key.deleted', first.id], ['api_key.created', second.id], ['api_key.created', first.id]]);
  });

  test('is nobody once it has expired', async () => {
    const { id, key = '' } = await create({ organization: 'keys-4' });
    await connector.database.query('update connector.api_keys set expires_at = now() where id = $1', [id]);
    expect(await verify(key)).toBeUndefined();
    expect((await connector.call('GET', '/v1/api-keys', { headers: { authorization: `Bearer ${key}` } })).status).toBe(401);
  });

  test.each([
    ['more than its creator may', { roles: ['operator'] }, 403, '/permissions'],
    ['nothing', { roles: undefined }, 400, '/permissions'],
    ['an expiry that is past', { expiresAt: '2020-01-01T00:00:00Z' }, 400, '/expiresAt'],
    ['an expiry that is no time', { expiresAt: 'soon' }, 400, '/expiresAt'],
    ['an unknown role', { roles: ['king'] }, 400, '/roles'],
    ['an empty name', { name: '' }, 400, '/name'],
  ])('with %s is refused with the place', async (_, change, status, pointer) => {
    const answer = await connector.call<Problem>('POST', '/v1/api-keys', { who: { organization: 'keys-5' }, body: { name: 'ci', roles: ['ingest'], expiresAt: inAnHour(), ...change } });
    expect(answer.status).toBe(status);
    expect(answer.body.errors?.map((place) => place.pointer)).toContain(pointer);
    expect((await connector.call<{ items: ApiKey[] }>('GET', '/v1/api-keys', { who: { organization: 'keys-5' } })).body.items).toEqual([]);
  });

  test('that may not manage keys makes none', async () => {
    const { key = '' } = await create({ organization: 'keys-6' });
    expect((await connector.call('POST', '/v1/api-keys', { headers: { authorization: `Bearer ${key}` }, body: { name: 'x', roles: ['ingest'], expiresAt: inAnHour() } })).status).toBe(403);
  });
});
