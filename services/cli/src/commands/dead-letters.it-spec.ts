/** `tocsin dead-letters` before a small server that plays the front. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { json, page, PlayedFront } from '../../test/played-front.js';

const LETTERS = [1, 2, 3].map((number) => ({ id: `notifier:d${number}`, service: 'notifier', queue: 'notifier.slack.send.v1', type: 'slack.send.v1', reason: 'invalid_data', error: `/data/comment ${number}`, receivedAt: `2026-11-25T10:00:0${number}.000Z`, attempts: 1 }));

const front = new PlayedFront(json({ replayed: true }, 202));

beforeAll(() => front.start());
afterAll(() => { front.stop(); });
beforeEach(() => { front.clear(); });

const tocsin = (...args: string[]): ReturnType<PlayedFront['tocsin']> => front.tocsin('dead-letters', ...args);

describe('listing', () => {
  test('shows each letter with its id, its reason and its place, and says when there are more', async () => {
    front.answers = [page(LETTERS, 'more')];
    const { code, out } = await tocsin('list', '--reason', 'invalid_data', '--limit', '3', '--cursor', 'there');
    expect(front.routes).toEqual(['GET /v1/dead-letters?reason=invalid_data&limit=3&cursor=there']);
    expect([code, out.split('\n').length]).toEqual([0, 6]);
    expect(out).toMatch(/^notifier:d1 +2026-11-25T10:00:01.000Z +notifier.slack.send.v1 +invalid_data +\/data\/comment 1$/m);
    expect(out).toContain('There are more');
  });

  test('is what is done when nothing is said; nothing and a missing service are told', async () => {
    front.answers = [page([], null, { unavailable: ['issues'] })];
    expect(await tocsin()).toEqual({ code: 0, out: 'No dead letters.\nNot reachable, so not shown: issues.\n', err: '' });
  });

  test('is the answer of the API with --json', async () => {
    front.answers = [page(LETTERS)];
    expect(JSON.parse((await tocsin('list', '--json')).out)).toEqual({ items: LETTERS, nextCursor: null });
  });
});

describe('replaying and deleting', () => {
  test('takes the letters that are named', async () => {
    expect(await tocsin('replay', 'notifier:d1', 'notifier:d2')).toMatchObject({ code: 0, out: 'Replayed: 2\n' });
    expect(front.routes).toEqual(['POST /v1/dead-letters/notifier:d1/replay', 'POST /v1/dead-letters/notifier:d2/replay']);
  });

  test('names those that are not there, and goes on', async () => {
    front.answers = [json({ title: 'Not found' }, 404), json(undefined, 204)];
    expect(await tocsin('delete', 'notifier:d1', 'notifier:d2')).toEqual({ code: 1, out: 'Deleted: 1\nNot there: notifier:d1\n', err: '' });
    expect(front.routes[1]).toBe('DELETE /v1/dead-letters/notifier:d2');
  });

  test('with --all takes every page of what the filters match', async () => {
    front.answers = [page(LETTERS.slice(0, 2), 'next'), page(LETTERS.slice(2))];
    expect(await tocsin('replay', '--all', '--queue', 'notifier.slack.send.v1')).toMatchObject({ code: 0, out: 'Replayed: 3\n' });
    expect(front.routes.slice(0, 2)).toEqual(['GET /v1/dead-letters?queue=notifier.slack.send.v1&limit=200', 'GET /v1/dead-letters?queue=notifier.slack.send.v1&limit=200&cursor=next']);
  });

  test('with --all does nothing while a service cannot be asked', async () => {
    front.answers = [page(LETTERS, null, { unavailable: ['issues'] })];
    expect(await tocsin('delete', '--all')).toMatchObject({ code: 3, err: expect.stringContaining('issues') });
    expect(front.routes).toHaveLength(1);
  });

  test.each([[['replay']], [['delete', '--reason', 'invalid_data']], [['replay', 'notifier:d1', '--all']], [['list', 'notifier:d1']], [['burn']], [['delete', '--all', '--limit', '3']]])('does not guess what %j means', async (args) => {
    expect(await tocsin(...args)).toMatchObject({ code: 2, out: '' });
    expect(front.routes).toEqual([]);
  });

  test('stops where it may not', async () => {
    front.answers = [json({ title: 'Not allowed', detail: 'This needs the permission deliveries:replay.' }, 403)];
    expect(await tocsin('replay', 'notifier:d1', 'notifier:d2')).toMatchObject({ code: 2, err: expect.stringContaining('deliveries:replay') });
    expect(front.routes).toHaveLength(1);
  });
});
