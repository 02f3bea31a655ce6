import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { ConnectionChanged, DeliveryCounts, DeliveryReasons, Problem } from '@tocsin/contracts';
import { DELIVERY_STATES, REMEDIES } from '@tocsin/domain';

import { RunningNotifier } from '../../test/running-notifier.js';

jest.setTimeout(20_000);

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => { notifier = await RunningNotifier.start({ DIGEST_AFTER_SECONDS: '0' }); }, 60_000);
afterAll(() => notifier.stop(), 30_000);

beforeEach(async () => {
  await notifier.clear();
  connection = await notifier.connect();
});

async function sent(overrides: Parameters<RunningNotifier['send']>[0]): Promise<string> {
  const id = await notifier.send({ connectionId: connection.id, ...overrides });
  await notifier.settled(id);
  return id;
}

async function counts(query = ''): Promise<DeliveryCounts['byState']> {
  const { status, body } = await notifier.call<DeliveryCounts>('GET', `/v1/deliveries/counts${query}`);
  expect(status).toBe(200);
  return body.byState;
}

async function reasons(query = ''): Promise<DeliveryReasons['items']> {
  return (await notifier.call<DeliveryReasons>('GET', `/v1/deliveries/reasons${query}`)).body.items;
}

const WORKFLOW = { kind: 'workflow', workflowId: 'w7', version: 1, stepId: 's' } as const;

describe('the counts', () => {
  test('tell how many are in each state, of those that the filters name', async () => {
    await sent({ destination: { id: 'C0GENERAL1' } });
    await sent({ destination: { id: 'C0GENERAL1' }, source: WORKFLOW });
    await sent({ destination: { name: '#nowhere' }, source: WORKFLOW });
    const none = Object.fromEntries(DELIVERY_STATES.map((state) => [state, 0]));
    expect(await counts()).toEqual({ ...none, posted: 2, failed: 1 });
    expect(await counts('?workflowId=w7')).toEqual({ ...none, posted: 1, failed: 1 });
    expect(await counts('?code=channel_not_found')).toEqual({ ...none, failed: 1 });
    expect(await counts('?workflowId=other')).toEqual(none);
    expect((await notifier.call<DeliveryCounts>('GET', '/v1/deliveries/counts', { organization: 'globex' })).body.byState).toEqual(none);
  });

  test('are of every state, so none can be asked for', async () => {
    const { status, body } = await notifier.call<Problem>('GET', '/v1/deliveries/counts?state=failed');
    expect([status, body.errors?.[0]?.parameter]).toEqual([400, 'state']);
  });
});

describe('the reasons', () => {
  test('group what was not posted by state and code, the latest first, in the words of the latest', async () => {
    await sent({ destination: { name: '#nowhere' } });
    await sent({ destination: { name: '#neither' }, source: WORKFLOW });
    await sent({ destination: { id: 'C0GENERAL1' } });
    await notifier.control('faults', { method: 'chat.postMessage', error: 'is_archived', times: 1 });
    await sent({ destination: { id: 'C0GENERAL1' } });
    const [latest, earlier, ...others] = await reasons();
    expect(others).toEqual([]);
    expect(latest).toEqual({
      state: 'failed', code: 'is_archived', message: expect.any(String), otherMessages: 0, remedy: expect.any(String), count: 1, lastAt: expect.any(String),
      destinations: [{ connectionId: connection.id, destination: { id: 'C0GENERAL1', kind: 'channel', name: '#general' }, count: 1 }], otherDestinations: 0,
    });
    expect(earlier).toMatchObject({ state: 'failed', code: 'channel_not_found', count: 2 });
    expect(Date.parse(earlier?.lastAt ?? '')).toBeLessThanOrEqual(Date.parse(latest?.lastAt ?? ''));
    expect(await reasons('?workflowId=w7')).toMatchObject([{ code: 'channel_not_found', count: 1 }]);
    expect(await reasons('?state=dead')).toEqual([]);
    expect((await notifier.call<DeliveryReasons>('GET', '/v1/deliveries/reasons', { organization: 'globex' })).body.items).toEqual([]);
  });

  test('name the most frequent destinations, of equal ones the latest first, and count the others', async () => {
    for (const name of ['#a', '#b', '#b', '#c', '#d', '#e']) await sent({ destination: { name } });
    const [{ otherMessages, count, destinations, otherDestinations } = {}] = await reasons();
    expect(destinations?.map((one) => [one.destination, one.count])).toEqual([[{ name: '#b' }, 2], [{ name: '#e' }, 1], [{ name: '#d' }, 1]]);
    expect([count, otherDestinations, otherMessages]).toEqual([6, 2, 4]);
  });

  test('speak of people where the latest message was for one: nobody can invite the app to a person', async () => {
    await sent({ destination: { name: '#nowhere' } });
    const id = await sent({ destination: { id: 'U0NOTEXIST' } });
    const told = { code: 'channel_not_found', message: 'The person was not found in the workspace.', remedy: REMEDIES.choosePerson };
    expect(await notifier.delivery(id)).toMatchObject({ state: 'failed', error: told });
    expect(await reasons()).toMatchObject([{ ...told, count: 2 }]);
    await sent({ destination: { id: 'C0NOWHERE1' } });
    expect((await reasons())[0]?.remedy).toBe(REMEDIES.chooseChannel);
  });
});

describe('where Slack may have the message and nobody tries again', () => {
  test.each([
    ['an HTTP status', { status: 503 }, 'http_503'],
    ['an internal error', { error: 'internal_error' }, 'internal_error'],
    ['a cut', { lost: 'before' }, 'no_answer'],
    ['an answer that cannot be read', { body: '<html>Bad gateway</html>' }, 'unreadable_answer'],
  ])('the reason, the delivery and its timeline say what happened and where to look: %s', async (_, fault, code) => {
    await notifier.control('faults', { method: 'chat.postMessage', times: 1, ...fault });
    const { state, error, timeline } = await notifier.delivery(await sent({ destination: { id: 'C0GENERAL1' } }));
    expect([state, error]).toEqual(['unconfirmed', { code, message: expect.any(String), remedy: REMEDIES.look }]);
    expect(timeline?.at(-1)).toMatchObject({ kind: 'unconfirmed', text: `${error?.message ?? ''} ${REMEDIES.look}` });
    expect(await reasons()).toMatchObject([{ state: 'unconfirmed', code, message: error?.message, remedy: REMEDIES.look, count: 1 }]);
  });
});

describe('the list finds', () => {
  test('deliveries by the code of their error and by their digest', async () => {
    const failed = await sent({ destination: { name: '#nowhere' } });
    const posted = await sent({ destination: { id: 'C0GENERAL1' } });
    await notifier.database.query(`update notifier.deliveries set digest_id = 'digest-1' where delivery_id = $1`, [posted]);
    for (const [query, id] of [['code=channel_not_found', failed], ['code=other', undefined], ['digestId=digest-1', posted], ['digestId=digest-2', undefined]] as const) {
      const { body } = await notifier.call<{ items: { id: string }[] }>('GET', `/v1/deliveries?${query}`);
      expect([query, body.items.map((item) => item.id)]).toEqual([query, id === undefined ? [] : [id]]);
    }
  });
});
