/** `tocsin deliveries` before a small server that plays the front. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { json, PlayedFront, type Answer } from '../../test/played-front.js';

const DELIVERY = { id: 'd1', state: 'failed', createdAt: '2026-11-25T10:00:00.000Z', destination: { name: '#general' }, title: 'Log4Shell', error: { code: 'is_archived', message: 'The channel is archived.', remedy: 'Unarchive it.' } };

const front = new PlayedFront(json({}, 500));

beforeAll(() => front.start());
afterAll(() => { front.stop(); });
beforeEach(() => { front.clear(); });

/** A stream that ends after what it says. */
function events(...blocks: string[]): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(blocks.map((block) => `${block}\n\n`).join(''));
  };
}

const tocsin = (...args: string[]): ReturnType<PlayedFront['tocsin']> => front.tocsin(...args);

describe('listing', () => {
  test('is what is done when nothing is said, with every filter by its name', async () => {
    front.answers = [json({ items: [DELIVERY], nextCursor: 'more' })];
    const { code, out } = await tocsin('deliveries', '--state', 'failed', '--connection', 'c', '--destination', '#general', '--issue', 'i', '--workflow', 'w', '--source', 'workflow', '--code', 'is_archived', '--digest', 'g', '--replay-of', 'r', '--replayed', 'false',
      '--after', '2026-01-01', '--before', '2026-02-01', '--changed-before', '2026-02-02', '--except', 'd7,d8', '--q', 'log', '--limit', '1', '--cursor', 'there');
    expect(front.routes).toEqual(['GET /v1/deliveries?state=failed&connectionId=c&destination=#general&issueId=i&workflowId=w&source=workflow&code=is_archived&digestId=g&replayOf=r&replayed=false&after=2026-01-01&before=2026-02-01&changedBefore=2026-02-02&exceptIds=d7,d8&q=log&limit=1&cursor=there']);
    expect(code).toBe(0);
    expect(out).toMatch(/^d1 +2026-11-25T10:00:00.000Z +failed \(is_archived\) +#general +Log4Shell$/m);
    expect(out).toContain('There are more: raise --limit, narrow the filters, or go on with --cursor more');
  });

  test('says when there is nothing', async () => {
    front.answers = [json({ items: [], nextCursor: null })];
    expect(await tocsin('deliveries', 'list')).toEqual({ code: 0, out: 'No deliveries.\n', err: '' });
  });
});

describe('numbers', () => {
  const byState = { accepted: 0, waiting: 1, posting: 0, posted: 8, failed: 1, dead: 0, suppressed: 0, unconfirmed: 0 };

  test('prove that nothing is lost, and say no when something is not accounted for', async () => {
    front.answers = [json({ accepted: 10, inTransit: 0, byState, balanced: true }), json({ accepted: 11, inTransit: 0, byState, balanced: false })];
    expect(await tocsin('deliveries', 'summary')).toMatchObject({ code: 0, out: expect.stringMatching(/^posted +8$[^]*Accepted: 10, of which in transit: 0\nEvery one of them is accounted for\.\n$/m) });
    expect(await tocsin('deliveries', 'summary')).toMatchObject({ code: 1, out: expect.stringContaining('something is not accounted for') });
  });

  test('are told by state with the moment by which the same can be meant later, and by reason with what to do', async () => {
    const reason = { state: 'failed', code: 'is_archived', message: 'The channel is archived.', otherMessages: 0, remedy: 'Unarchive it.', count: 3, lastAt: '2026-11-25T10:00:00.000Z', destinations: [{ connectionId: 'c', destination: { name: '#general' }, count: 2 }], otherDestinations: 1 };
    front.answers = [json({ byState, at: '2026-11-25T10:00:00.000Z' }), json({ items: [reason] })];
    expect(await tocsin('deliveries', 'counts', '--workflow', 'w7')).toMatchObject({ code: 0, out: expect.stringContaining('--changed-before 2026-11-25T10:00:00.000Z') });
    expect(await tocsin('deliveries', 'reasons')).toMatchObject({ code: 0, out: '3 failed (is_archived), the latest 2026-11-25T10:00:00.000Z: The channel is archived.\n  Unarchive it.\n  #general (2) and 1 other\n' });
    expect(front.routes).toEqual(['GET /v1/deliveries/counts?workflowId=w7', 'GET /v1/deliveries/reasons']);
  });
});

describe('what is done to many', () => {
  test('cancels those that are named, and says no when one of them did not wait any more', async () => {
    front.answers = [json({ cancelled: 1 }), json({ cancelled: 7 })];
    expect(await tocsin('deliveries', 'cancel', 'd1', 'd2')).toMatchObject({ code: 1, out: 'Cancelled: 1\n' });
    expect(await tocsin('deliveries', 'cancel', '--workflow', 'w7')).toMatchObject({ code: 0, out: 'Cancelled: 7\n' });
    expect(front.asked.map(({ body }) => body)).toEqual([{ filter: { id: ['d1', 'd2'] } }, { filter: { workflowId: 'w7' } }]);
  });

  test('replays by filter to somewhere else, and follows it to its end', async () => {
    const progress = (state: string, done: number): ReturnType<typeof json> => json({ state, matched: 3, done, skipped: state === 'done' ? 1 : 0 });
    front.answers = [json({ replayId: 'r1', matched: 3 }, 202), progress('running', 1), progress('done', 2)];
    const { code, out } = await tocsin('replay', '--state', 'failed,dead', '--to', '#sec', '--reason', 'renamed', '--force', '--wait', '--idempotency-key', 'k');
    expect(front.asked[0]).toMatchObject({ route: 'POST /v1/deliveries/replay', body: { filter: { state: 'failed,dead' }, destination: { name: '#sec' }, reason: 'renamed', force: true }, headers: { 'idempotency-key': 'k' } });
    expect([code, out]).toEqual([1, 'Replay r1: 1 of 3 replayed, 0 skipped\nReplay r1: 2 of 3 replayed, 1 skipped\n']);
  });

  test('leaves out what is named, and what came or ended later', async () => {
    front.answers = [json({ cancelled: 2 }), json({ replayId: 'r1', matched: 5 }, 202)];
    await tocsin('deliveries', 'cancel', '--all', '--except', 'd1,d2', '--changed-before', '2026-11-25T10:00:00Z');
    expect(await tocsin('replay', '--state', 'failed', '--except', 'd3')).toMatchObject({ code: 0, out: 'Replay r1: 5 matched\nFollow it with: tocsin deliveries progress r1 --wait\n' });
    expect(front.asked.map(({ body }) => body)).toEqual([{ filter: { changedBefore: '2026-11-25T10:00:00Z', exceptIds: 'd1,d2', all: true } }, { filter: { state: 'failed', exceptIds: 'd3' } }]);
    expect(await tocsin('deliveries', 'cancel', '--except', 'd1')).toMatchObject({ code: 2, err: expect.stringContaining('--all') });
  });

  test('says no when a delivery that is named for a replay is not there', async () => {
    front.answers = [json({ replayId: 'r1', matched: 1 }, 202)];
    expect(await tocsin('replay', 'd1', 'd2')).toMatchObject({ code: 1, out: expect.stringContaining('1 matched') });
  });

  test('can be front.asked after by the id of the replay, and waited for as long as one likes', async () => {
    const running = json({ state: 'running', matched: 3, done: 1, skipped: 0 });
    front.answers = [running, running, json({ state: 'done', matched: 3, done: 3, skipped: 0 })];
    expect(await tocsin('deliveries', 'progress', 'r1')).toMatchObject({ code: 0, out: 'Replay r1: 1 of 3 replayed, 0 skipped, and it goes on\n' });
    expect(await tocsin('deliveries', 'progress', 'r1', '--wait', '--timeout', '0')).toMatchObject({ code: 1 });
    expect(await tocsin('deliveries', 'progress', 'r1', '--wait')).toMatchObject({ code: 0, out: 'Replay r1: 3 of 3 replayed, 0 skipped\n' });
  });

  test('is paused and resumed by connection as well', async () => {
    front.answers = [json({ workspace: { name: 'Acme' } }), json({ workspace: { name: 'Acme' } })];
    expect(await tocsin('deliveries', 'pause', '--connection', 'c1')).toMatchObject({ code: 0, out: 'Paused: Acme\n' });
    expect(await tocsin('deliveries', 'resume', '--connection', 'c1')).toMatchObject({ code: 0, out: 'Resumed: Acme\n' });
    expect(front.routes).toEqual(['POST /v1/connections/c1/pause', 'POST /v1/connections/c1/resume']);
    expect(await tocsin('deliveries', 'pause', '--connection', 'c1', '--workflow', 'w1')).toMatchObject({ code: 2 });
  });

  test.each<[string[], string]>([
    [['pause', '--all', '--destination', '#general'], '--destination'], [['retract', 'd1', '--state', 'posted'], '--state'], [['show', 'd1', '--force'], '--force'], [['list', '--idempotency-key', 'k'], '--idempotency-key'],
    [['cancel', 'd1', '--to', '#x'], '--to'], [['counts', '--state', 'failed'], '--state'], [['summary', 'd1'], 'no ids'], [['progress'], 'one replay'],
  ])('is not done when it is said in words that it would ignore: %j', async (args, named) => {
    expect(await tocsin('deliveries', ...args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(named) });
    expect(front.asked).toEqual([]);
  });

  test('is not done for who would wait a time that is none', async () => {
    for (const args of [['replay', 'd1'], ['replay', '--state', 'failed'], ['send', 'i1', '--connection', 'c1', '--to', '#general']]) {
      expect(await tocsin(...args, '--wait', '--timeout', 'ever')).toMatchObject({ code: 2, err: expect.stringContaining('--timeout') });
    }
    expect(front.asked).toEqual([]);
  });

  test('of everything has to be said', async () => {
    for (const action of ['cancel', 'replay']) expect(await tocsin('deliveries', action)).toMatchObject({ code: 2, err: expect.stringContaining('--all') });
    for (const action of ['pause', 'resume']) expect(await tocsin('deliveries', action)).toMatchObject({ code: 2, err: expect.stringContaining('--workflow') });
    expect(front.asked).toEqual([]);
    front.answers = [json({ cancelled: 0 }), json({ paused: true, waiting: 4 })];
    await tocsin('deliveries', 'cancel', '--all');
    expect(await tocsin('deliveries', 'pause', '--all')).toMatchObject({ code: 0, out: 'Paused: 4 held\n' });
    expect(front.asked.map(({ body }) => body)).toEqual([{ filter: { all: true } }, {}]);
  });
});

describe('what is done to one', () => {
  test('is cancelled, or refused with the reason', async () => {
    front.answers = [json({ ...DELIVERY, state: 'suppressed' }), json({ title: 'Not in this state', status: 409, detail: 'The delivery is posted: only one that waits can be cancelled.' }, 409)];
    expect(await tocsin('deliveries', 'cancel', 'd1')).toMatchObject({ code: 0, out: 'Cancelled: d1\n' });
    expect(await tocsin('deliveries', 'cancel', 'd1')).toMatchObject({ code: 2, err: expect.stringContaining('only one that waits') });
    expect(front.routes).toEqual(['POST /v1/deliveries/d1/cancel', 'POST /v1/deliveries/d1/cancel']);
  });

  test('is replayed as a new delivery, whose end can be waited for', async () => {
    const accepted = json({ deliveryId: 'd2', replayOf: 'd1' }, 202);
    front.answers = [accepted, accepted, json({ ...DELIVERY, id: 'd2', state: 'posted', error: undefined, slack: { permalink: 'https://acme.slack.com/x' } })];
    expect(await tocsin('replay', 'd1', '--to', '#sec', '--reason', 'renamed', '--force', '--idempotency-key', 'k')).toMatchObject({ code: 0, out: 'Accepted: d2\nFollow it with: tocsin delivery d2 --wait\n' });
    expect(front.asked[0]).toMatchObject({ route: 'POST /v1/deliveries/d1/replay', body: { destination: { name: '#sec' }, reason: 'renamed', force: true }, headers: { 'idempotency-key': 'k' } });
    expect(await tocsin('deliveries', 'replay', 'd1', '--wait')).toMatchObject({ code: 0, out: 'd2: posted https://acme.slack.com/x\n' });
  });

  test('is not replayed twice unless somebody insists, and how that is said here', async () => {
    front.answers = [json({ type: 'urn:tocsin:problem:sent_already', title: 'Sent already', status: 409, detail: 'The delivery was posted.', hint: 'Say "force": true to post it once more.' }, 409)];
    expect(await tocsin('replay', 'd1')).toMatchObject({ code: 2, err: expect.stringContaining('"force": true to post it once more.\n(--force says it here)') });
  });

  test('is shown as the message that it is, and as it stands in Slack now', async () => {
    front.answers = [json({ text: 'Log4Shell\nin payments', blocks: [], attachments: [], inSlack: { text: 'Log4Shell, resolved', blocks: [], attachments: [] } })];
    expect(await tocsin('deliveries', 'message', 'd1')).toMatchObject({ code: 0, out: 'Log4Shell\nin payments\nIn Slack now:\nLog4Shell, resolved\n(--json shows its blocks as well)\n' });
    expect(front.asked[0]?.route).toBe('GET /v1/deliveries/d1/message');
  });

  test('is refused by Tocsin with its reason', async () => {
    front.answers = [json({ title: 'Not in this state', status: 409, detail: 'The delivery is failed: only what was posted can be taken back.' }, 409)];
    expect(await tocsin('deliveries', 'retract', 'd1', '--reason', 'oops')).toMatchObject({ code: 2, err: expect.stringContaining('only what was posted') });
    expect(front.asked[0]).toMatchObject({ route: 'POST /v1/deliveries/d1/retract', body: { reason: 'oops' } });
  });

  test('says what is left to do by hand when it was taken back', async () => {
    const error = { code: 'retracted', message: 'It was posted and taken back. An earlier copy may still be in #general.', remedy: 'Look in #general.' };
    front.answers = [json({ ...DELIVERY, state: 'suppressed', error })];
    expect(await tocsin('deliveries', 'retract', 'd1')).toMatchObject({ code: 0, out: `Taken back: d1\n${error.message} ${error.remedy}\n` });
  });

  test.each([['show'], ['retract']])('%s takes one id', async (action) => {
    expect(await tocsin('deliveries', action)).toMatchObject({ code: 2, err: expect.stringContaining('one delivery') });
    expect(await tocsin('deliveries', action, 'a', 'b')).toMatchObject({ code: 2 });
  });

  test('an unknown action is refused with those there are', async () => {
    expect(await tocsin('deliveries', 'shred')).toMatchObject({ code: 2, err: expect.stringContaining('retract') });
  });
});

describe('watching', () => {
  const event = (id: string, delivery: object): string => `id: ${id}\nevent: delivery\ndata: ${JSON.stringify(delivery)}`;

  test('tells each change in a line, and goes on where it was when the stream ends', async () => {
    front.answers = [events(': begun', event('p1', DELIVERY)), events(event('p2', { ...DELIVERY, id: 'd2', state: 'posted', error: undefined, slack: { permalink: 'https://acme.slack.com/x' } }), 'id: p2\nevent: reset\ndata: {}')];
    const { code, out } = await tocsin('deliveries', 'watch', '--workflow', 'w7', '--for', '3');
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, 4)).toEqual([
      'Watching. Ctrl+C ends it.',
      'd1  failed  #general  Log4Shell  The channel is archived. (is_archived)',
      'd2  posted  #general  Log4Shell  https://acme.slack.com/x',
      'Changes were missed: tocsin deliveries lists what is there now.',
    ]);
    expect(front.asked.slice(0, 2).map(({ route, headers }) => [route, headers['last-event-id']])).toEqual([['GET /v1/deliveries/stream?workflowId=w7', undefined], ['GET /v1/deliveries/stream?workflowId=w7', 'p1']]);
  }, 10_000);

  test('gives one line of JSON for each with --json', async () => {
    front.answers = [events(event('p1', DELIVERY), event('p2', { ...DELIVERY, id: 'd2' }))];
    const { out } = await tocsin('deliveries', 'watch', '--for', '1', '--json');
    expect(out.trim().split('\n').map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(['d1', 'd2']);
  });

  test('that is refused, or that nobody answers, ends at once', async () => {
    front.answers = [json({ title: 'Not allowed', status: 403, detail: 'This needs the permission deliveries:read.' }, 403)];
    expect(await tocsin('deliveries', 'watch')).toMatchObject({ code: 2, err: expect.stringContaining('deliveries:read') });
    front.answers = [json({ title: 'A part of Tocsin is away', status: 503, detail: 'notifier' }, 503)];
    expect(await tocsin('deliveries', 'watch')).toMatchObject({ code: 3 });
    expect(await tocsin('deliveries', 'watch', '--for', 'ever')).toMatchObject({ code: 2, err: expect.stringContaining('--for') });
  });
});
