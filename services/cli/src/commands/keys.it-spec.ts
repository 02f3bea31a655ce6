/** `tocsin keys` before a small server that plays the front. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiKey, CreateApiKey } from '@tocsin/contracts';

import { json, page, PlayedFront } from '../../test/played-front.js';

const OLD: Omit<ApiKey, 'key'> = { id: 'k1', name: 'ci of payments', permissions: ['issues:ingest'], applications: ['payments'], createdAt: '2026-01-01T00:00:00.000Z', expiresAt: '2026-01-31T00:00:00.000Z' };
const NEW = { ...OLD, id: 'k2', key: 'tocsin_new' };

const front = new PlayedFront(json(undefined, 204));

beforeAll(() => front.start());
afterAll(() => { front.stop(); });
beforeEach(() => { front.clear(); });

const tocsin = (...args: string[]): ReturnType<PlayedFront['tocsin']> => front.tocsin('keys', ...args);
/** What was sent last. */
const sent = (): CreateApiKey | undefined => front.asked.findLast(({ body }) => body !== undefined)?.body as CreateApiKey | undefined;
const daysFromNow = (time = ''): number => Math.round((Date.parse(time) - Date.now()) / 86_400_000);

test('all pages of keys are listed, without the keys', async () => {
  front.answers = [page([OLD], 'next'), page([{ ...OLD, id: 'k0', applications: undefined }])];
  const { code, out } = await tocsin();
  expect([code, front.routes]).toEqual([0, ['GET /v1/api-keys?limit=200', 'GET /v1/api-keys?limit=200&cursor=next']]);
  expect(out).toMatch(/^k1 +ci of payments +issues:ingest +payments +2026-01-31T00:00:00.000Z$/m);
  expect(out).toMatch(/^k0 .* all +2026/m);
});

test('a key is made with what it may do, and printed', async () => {
  front.answers = [json(NEW, 201)];
  expect(await tocsin('create', '--name', 'ci of payments', '--role', 'ingest', '--application', 'payments,ledger')).toMatchObject({ code: 0, out: expect.stringMatching(/\ntocsin_new\n$/) });
  expect(sent()).toMatchObject({ name: 'ci of payments', roles: ['ingest'], applications: ['payments', 'ledger'] });
  expect(daysFromNow(sent()?.expiresAt)).toBe(90);
});

describe('rotating', () => {
  test('makes a key that may do the same for as long, prints it, and then deletes the old one', async () => {
    front.answers = [page([OLD]), json(NEW, 201)];
    expect(await tocsin('rotate', 'k1')).toMatchObject({ code: 0, out: expect.stringContaining('tocsin_new') });
    expect(front.routes).toEqual(['GET /v1/api-keys?limit=200', 'POST /v1/api-keys', 'DELETE /v1/api-keys/k1']);
    expect(sent()).toEqual({ name: 'ci of payments', permissions: ['issues:ingest'], applications: ['payments'], expiresAt: expect.any(String) });
    expect(daysFromNow(sent()?.expiresAt)).toBe(30);
  });

  test('with --keep leaves the old one', async () => {
    front.answers = [page([OLD]), json(NEW, 201)];
    expect(await tocsin('rotate', 'k1', '--keep', '--days', '7')).toMatchObject({ code: 0, out: expect.stringContaining('tocsin keys delete k1') });
    expect([front.routes.length, daysFromNow(sent()?.expiresAt)]).toEqual([2, 7]);
  });

  test('leaves the old one where the new one is refused', async () => {
    front.answers = [page([OLD]), json({ title: 'Not allowed', detail: 'A key may not do more than who creates it.' }, 403)];
    expect(await tocsin('rotate', 'k1')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('may not do more') });
    expect(front.routes).toHaveLength(2);
  });

  test('shows the new one also where the old one cannot be deleted', async () => {
    front.answers = [page([OLD]), json(NEW, 201), json({ title: 'The database is away' }, 503)];
    expect(await tocsin('rotate', 'k1')).toMatchObject({ code: 3, out: expect.stringContaining('tocsin_new'), err: expect.stringContaining('away') });
  });

  test('of a key that is not there makes none', async () => {
    front.answers = [page([OLD])];
    expect(await tocsin('rotate', 'k9')).toMatchObject({ code: 2, err: expect.stringContaining('"k9"') });
  });
});

test('keys are deleted by their ids', async () => {
  expect(await tocsin('delete', 'k1', 'k2')).toMatchObject({ code: 0, out: 'Deleted: 2\n' });
  expect(front.routes).toEqual(['DELETE /v1/api-keys/k1', 'DELETE /v1/api-keys/k2']);
});

test.each([[['create']], [['create', '--name', 'x']], [['create', '--name', 'x', '--role', 'ingest', '--days', 'soon']], [['rotate']], [['rotate', 'k1', 'k2']], [['delete']], [['burn']]])('what %j means is not guessed', async (args) => {
  expect(await tocsin(...args)).toMatchObject({ code: 2, out: '' });
  expect(front.routes).toEqual([]);
});
