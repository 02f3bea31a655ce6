import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { AuditEntry, ConnectionChanged, Delivery, DeliverySummary, Problem } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { anIssue, eventually } from '@tocsin/testing';

import { BY_WORKFLOW, changed } from '../../test/opened-living.js';
import { RunningNotifier, type PostedInSandbox } from '../../test/running-notifier.js';

jest.setTimeout(20_000);

let notifier: RunningNotifier;
let connection: ConnectionChanged;
let replica: Awaited<ReturnType<RunningNotifier['replica']>> | undefined;

beforeAll(async () => { notifier = await RunningNotifier.start({ DIGEST_AFTER_SECONDS: '0' }); }, 60_000);
afterAll(() => notifier.stop(), 30_000);

afterEach(async () => {
  await replica?.close();
  replica = undefined;
});

beforeEach(async () => {
  await notifier.clear();
  await notifier.database.query(`update notifier.budgets set blocked_until = '-infinity'`);
  connection = await notifier.connect();
});

async function posted(destination = 'C0GENERAL1'): Promise<Delivery> {
  const delivery = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: destination } }));
  expect(delivery.state).toBe('posted');
  return delivery;
}

function retract<T = Delivery>(id: string, body: object = {}, options: object = {}): ReturnType<typeof notifier.call<T>> {
  return notifier.call<T>('POST', `/v1/deliveries/${id}/retract`, { body, ...options });
}

async function isInSlack({ slack }: Delivery): Promise<boolean> {
  return (await notifier.messages(slack?.channel ?? '')).some(({ ts }) => ts === slack?.ts);
}

/** What keeps the message up to date. */
function told(delivery: Delivery): Promise<{ living: boolean; leased: boolean }[]> {
  return notifier.database.query('select living, lease_id is not null as leased from notifier.told_issues where delivery_id = $1', [delivery.id]);
}

/** Slack was asked to delete it, and may not have answered yet. */
async function isBeingDeleted({ slack }: Delivery): Promise<boolean> {
  const { items } = (await (await fetch(`${notifier.sandbox.url}/sandbox/requests`)).json()) as { items: { method: string; arguments: { ts?: string } }[] };
  return items.some(({ method, arguments: { ts } }) => method === 'chat.delete' && ts === slack?.ts);
}

/** A message, and this many answers of a workflow in its thread. */
async function answered(count: number): Promise<{ message: Delivery; answers: Delivery[]; issue: Issue }> {
  const issue = anIssue();
  const tell = async (revision: number): Promise<Delivery> => notifier.settled(await notifier.send({
    connectionId: connection.id, destination: { id: 'C0GENERAL1' }, source: BY_WORKFLOW, change: revision === 1 ? 'new' : 'updated', issues: [{ ...issue, revision }], ...(revision > 1 && { comment: `change ${revision}` }),
  }));
  const message = await tell(1);
  const answers: Delivery[] = [];
  for (let at = 0; at < count; at++) answers.push(await tell(at + 2));
  const threads = (await notifier.messages('C0GENERAL1')) as (PostedInSandbox & { thread_ts?: string })[];
  expect(threads.filter(({ thread_ts }) => thread_ts === message.slack?.ts)).toHaveLength(count);
  return { message, answers, issue };
}

describe('taking back', () => {
  test('deletes the message in Slack; the delivery is suppressed and tells where it was, by whom and why it was taken back', async () => {
    const delivery = await posted();
    const { status, body } = await retract(delivery.id, { reason: 'wrong channel' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: delivery.id, state: 'suppressed', error: { code: 'retracted' } });
    expect(body).not.toHaveProperty('slack');
    expect(await isInSlack(delivery)).toBe(false);
    // nothing keeps it up to date any more: a change of its issue must not bring it back
    expect(await notifier.database.query('select 1 from notifier.told_issues where delivery_id = $1', [delivery.id])).toEqual([]);
    const after = await notifier.delivery(delivery.id);
    expect(after.timeline?.at(-1)).toMatchObject({ kind: 'retracted', text: 'Taken back from #general by noa@acme.test: wrong channel', slack: { channel: delivery.slack?.channel, ts: delivery.slack?.ts } });
    const { body: audit } = await notifier.call<{ items: AuditEntry[] }>('GET', '/v1/audit');
    expect(audit.items).toMatchObject([{ action: 'delivery.retracted', actor: { id: 'noa@acme.test' }, target: { kind: 'delivery', id: delivery.id }, after: { reason: 'wrong channel' } }]);
    await eventually(() => notifier.heard.some(({ type, data }) => type === 'delivery.settled.v1' && data.id === delivery.id && data.state === 'suppressed'));
    expect((await notifier.call<DeliverySummary>('GET', '/v1/deliveries/summary')).body).toMatchObject({ accepted: 1, balanced: true, byState: { posted: 0, suppressed: 1 } });
  });

  test('works in direct messages', async () => {
    const delivery = await posted('U0BOB00001');
    expect((await retract(delivery.id)).status).toBe(200);
    expect(await isInSlack(delivery)).toBe(false);
  });

  test('is done as well when the message is gone already', async () => {
    const delivery = await posted();
    await notifier.control('faults', { method: 'chat.delete', error: 'message_not_found', times: 1 });
    expect((await retract(delivery.id)).body).toMatchObject({ state: 'suppressed', error: { code: 'retracted' } });
  });

  test('twice at once is told once', async () => {
    const delivery = await posted();
    const answers = await Promise.all([retract(delivery.id), retract(delivery.id)]);
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    const { timeline = [] } = await notifier.delivery(delivery.id);
    expect(timeline.filter(({ kind }) => kind === 'retracted')).toHaveLength(1);
  });

  test('is done by one at a time, whichever replica is asked: what is refused to a second one does not disturb the first', async () => {
    const delivery = await posted();
    replica = await notifier.replica();
    await notifier.control('faults', { method: 'chat.delete', latencyMs: 1500, times: 1 });
    await notifier.control('faults', { method: 'chat.delete', error: 'cant_delete_message', times: 1 });
    const first = retract(delivery.id);
    await eventually(() => isBeingDeleted(delivery));
    const headers = { authorization: `Bearer ${await notifier.issuer.token({ user: 'ada@acme.test', organization: 'acme', roles: ['admin'] })}`, 'content-type': 'application/json' };
    const second = await fetch(`${replica.url}/v1/deliveries/${delivery.id}/retract`, { method: 'POST', headers, body: '{}' });
    expect([second.status, await second.json()]).toMatchObject([409, { detail: expect.stringContaining('being taken back'), hint: 'Look again in a few seconds.' }]);
    expect(await told(delivery)).toEqual([{ living: false, leased: false }]);
    expect((await first).body).toMatchObject({ state: 'suppressed' });
  });

  test('goes on after a crash when the one before has had its time, and a refusal that comes late changes nothing for the next one', async () => {
    const delivery = await posted();
    const lease = 'update notifier.retractions set lease_id = gen_random_uuid(), leased_until = clock_timestamp()';
    await notifier.control('faults', { method: 'chat.delete', error: 'cant_delete_message', latencyMs: 1500, times: 1 });
    const late = retract(delivery.id);
    await eventually(() => isBeingDeleted(delivery));
    await notifier.database.query(`${lease} + interval '30 seconds'`);
    expect((await late).status).toBe(422);
    expect(await told(delivery)).toEqual([{ living: false, leased: false }]);
    expect((await retract(delivery.id)).status).toBe(409);
    await notifier.database.query(lease);
    expect((await retract(delivery.id)).status).toBe(200);
    expect(await notifier.database.query('select 1 from notifier.retractions')).toEqual([]);
  });

  test('a digest takes back what it told; one of those alone cannot be', async () => {
    const [digest, member] = [await posted(), await posted()];
    await notifier.database.query(`update notifier.deliveries set digest_id = $1, slack_ts = $2, slack_channel = $3 where delivery_id = $4`, [digest.id, digest.slack?.ts, digest.slack?.channel, member.id]);
    const alone = await retract<Problem>(member.id);
    expect([alone.status, alone.body.detail]).toEqual([409, expect.stringContaining(digest.id)]);
    expect((await retract(digest.id)).status).toBe(200);
    const after = await notifier.delivery(member.id);
    expect(after).toMatchObject({ state: 'suppressed', error: { code: 'retracted' }, digestId: digest.id });
    expect(after.timeline?.at(-1)).toMatchObject({ kind: 'retracted' });
  });

  test('can be followed by a replay to where it belongs', async () => {
    const delivery = await posted();
    await retract(delivery.id);
    const { body } = await notifier.call<{ deliveryId: string }>('POST', `/v1/deliveries/${delivery.id}/replay`, { body: { destination: { id: 'C0SECALERT' } } });
    expect(await notifier.settled(body.deliveryId)).toMatchObject({ state: 'posted', slack: { channel: 'C0SECALERT' } });
  });
});

describe('the thread of the message', () => {
  test('goes with it: what was answered there, by a workflow or by Tocsin itself, is deleted, and each of them tells so', async () => {
    const { message, answers, issue } = await answered(1);
    const other = await answered(1);
    const { issue: now, changes } = changed({ ...issue, revision: 2 }, { severity: 'low' });
    await notifier.publish('issue.changed.v1', 'acme', { organizationId: 'acme', change: 'updated', changes, issue: now });
    const inThread = (): Promise<{ delivery_id: string }[]> => notifier.database.query(`select delivery_id from notifier.deliveries where kind = 'reply' and state = 'posted' and parent_ts = $1`, [message.slack?.ts]);
    await eventually(async () => (await inThread()).length === 2);
    const ids = (await inThread()).map(({ delivery_id }) => delivery_id);
    const all = [message, ...answers, ...(await Promise.all(ids.map((id) => notifier.delivery(id))))];
    expect((await retract(message.id, { reason: 'wrong channel' })).body).toMatchObject({ state: 'suppressed' });
    for (const one of all) {
      expect(await isInSlack(one)).toBe(false);
      const after = await notifier.delivery(one.id);
      expect(after).toMatchObject({ state: 'suppressed', error: { code: 'retracted' } });
      expect(after.timeline?.at(-1)).toMatchObject({ kind: 'retracted', text: 'Taken back from #general by noa@acme.test: wrong channel', slack: { ts: one.slack?.ts } });
      await eventually(() => notifier.heard.some(({ type, data }) => type === 'delivery.settled.v1' && data['id'] === one.id && data['state'] === 'suppressed'));
    }
    for (const one of [other.message, ...other.answers]) expect(await isInSlack(one)).toBe(true);
    expect((await notifier.call<DeliverySummary>('GET', '/v1/deliveries/summary')).body).toMatchObject({ accepted: 5, balanced: true });
  });

  test('goes before it, the newest answer first, so that whoever is stopped half-way can go on', async () => {
    const { message, answers } = await answered(3);
    await notifier.control('faults', { method: 'chat.delete', latencyMs: 1, times: 1 });
    await notifier.control('faults', { method: 'chat.delete', status: 429, retryAfter: 1, times: 1 });
    expect((await retract(message.id)).status).toBe(429);
    expect(await Promise.all([message, ...answers].map(isInSlack))).toEqual([true, true, true, false]);
    expect(await told(message)).toEqual([{ living: true, leased: false }]);
    await notifier.database.query(`update notifier.budgets set blocked_until = '-infinity'`);
    expect((await retract(message.id)).status).toBe(200);
    expect(await Promise.all([message, ...answers].map(isInSlack))).toEqual([false, false, false, false]);
  });

  test('does not keep it there: an answer that is gone is done, one that Slack does not delete is told', async () => {
    const { message, answers } = await answered(3);
    await notifier.control('faults', { method: 'chat.delete', error: 'message_not_found', times: 1 });
    await notifier.control('faults', { method: 'chat.delete', error: 'cant_delete_message', times: 1 });
    expect((await retract(message.id)).body).toMatchObject({ state: 'suppressed' });
    const [oldest, kept, gone] = await Promise.all(answers.map(({ id }) => notifier.delivery(id)));
    expect([oldest?.state, kept?.state, gone?.state]).toEqual(['suppressed', 'posted', 'suppressed']);
    expect(kept?.timeline?.at(-1)).toMatchObject({ kind: 'not_retracted', text: 'Could not be taken back by noa@acme.test: The app may not delete this message.' });
    expect((await notifier.delivery(message.id)).timeline?.at(-1)).toMatchObject({ kind: 'retracted', text: 'Taken back from #general by noa@acme.test (an answer in its thread could not be deleted)' });
  });
});

describe('what keeps the message up to date', () => {
  test('records nothing any more while the message is being taken back: what it finds gone is not posted anew', async () => {
    const delivery = await posted();
    await notifier.database.query(`update notifier.told_issues set lease_id = gen_random_uuid(), leased_until = clock_timestamp() + interval '30 seconds' where delivery_id = $1`, [delivery.id]);
    await notifier.control('faults', { method: 'chat.delete', latencyMs: 800, times: 1 });
    const retracting = retract(delivery.id);
    await eventually(async () => (await told(delivery))[0]?.living === false);
    expect(await told(delivery)).toEqual([{ living: false, leased: false }]);
    expect((await retracting).status).toBe(200);
  });

  test('does not go on when nobody knows whether it was deleted, but does when Slack refuses the next try', async () => {
    const delivery = await posted();
    await notifier.control('faults', { method: 'chat.delete', lost: 'before', times: 1 });
    expect((await retract(delivery.id)).status).toBe(503);
    expect(await told(delivery)).toEqual([{ living: false, leased: false }]);
    await notifier.control('faults', { method: 'chat.delete', error: 'cant_delete_message', times: 1 });
    expect((await retract(delivery.id)).status).toBe(422);
    expect(await told(delivery)).toEqual([{ living: true, leased: false }]);
  });

  test('does not go on either when Slack wants the next try later', async () => {
    const message = await posted();
    await notifier.control('faults', { method: 'chat.delete', lost: 'after', times: 1 });
    expect((await retract(message.id)).status).toBe(503);
    await notifier.control('faults', { method: 'chat.delete', status: 429, retryAfter: 7, times: 1 });
    expect((await retract(message.id)).status).toBe(429);
    expect(await told(message)).toEqual([{ living: false, leased: false }]);
  });

  test('goes on when nobody knows whether an answer in its thread was deleted', async () => {
    const { message } = await answered(1);
    await notifier.control('faults', { method: 'chat.delete', lost: 'after', times: 1 });
    expect((await retract(message.id)).status).toBe(503);
    expect(await told(message)).toEqual([{ living: true, leased: false }]);
  });

  test('goes on when Slack does not delete it', async () => {
    const delivery = await posted();
    await notifier.control('faults', { method: 'chat.delete', error: 'cant_delete_message', times: 1 });
    expect((await retract(delivery.id)).status).toBe(422);
    expect(await told(delivery)).toEqual([{ living: true, leased: false }]);
  });
});

describe('what Slack does not do', () => {
  test('a refusal is a 422 with Slack’s word, and changes nothing', async () => {
    const delivery = await posted();
    await notifier.control('faults', { method: 'chat.delete', error: 'cant_delete_message', times: 1 });
    const { status, body } = await retract<Problem>(delivery.id);
    expect([status, body.slack, body.hint]).toEqual([422, { error: 'cant_delete_message' }, 'Delete the message in Slack.']);
    expect(await notifier.delivery(delivery.id)).toMatchObject({ state: 'posted', slack: { ts: delivery.slack?.ts } });
  });

  test.each([
    ['a refusal', { error: 'cant_delete_message' }, 'The app may not delete this message.', 'cant_delete_message'],
    ['too fast', { status: 429, retryAfter: 7 }, 'Slack asks us to slow down.', 'ratelimited'],
    ['an answer that is lost', { lost: 'before' }, 'Slack did not answer', 'no_answer'],
  ])('%s is told in the timeline, by whom it was asked and in words', async (_, fault, words, code) => {
    const delivery = await posted();
    await notifier.control('faults', { method: 'chat.delete', times: 1, ...fault });
    await retract(delivery.id);
    const line = (await notifier.delivery(delivery.id)).timeline?.at(-1);
    expect(line).toMatchObject({ kind: 'not_retracted', text: expect.stringContaining(`Could not be taken back by noa@acme.test: ${words}`), slack: { error: code } });
  });

  test('too fast is a 429 that says when', async () => {
    const delivery = await posted();
    await notifier.control('faults', { method: 'chat.delete', status: 429, retryAfter: 7, times: 1 });
    const { status, headers, body } = await retract<Problem>(delivery.id);
    expect([status, headers.get('retry-after'), body.slack, body.hint]).toEqual([429, '7', { error: expect.any(String) }, 'Try again in 7 seconds.']);
  });

  test('too fast is remembered for the whole workspace: until that time has passed, nobody asks Slack again, and messages are posted', async () => {
    const [delivery, other] = [await posted(), await posted()];
    await notifier.control('faults', { method: 'chat.delete', status: 429, retryAfter: 7, times: 1 });
    await retract(delivery.id);
    const before = await notifier.delivery(other.id);
    const { status, headers, body } = await retract<Problem>(other.id);
    expect([status, body]).toMatchObject([429, { slack: { error: 'ratelimited' }, detail: expect.stringContaining('Slack asked to wait'), hint: expect.stringMatching(/^Try again in [67] seconds\.$/) }]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(5);
    expect(await isInSlack(other)).toBe(true);
    expect(await notifier.delivery(other.id)).toEqual(before);
    await posted();
    await notifier.database.query(`update notifier.budgets set blocked_until = clock_timestamp() where budget_key like '%/delete'`);
    expect((await retract(other.id)).status).toBe(200);
  });

  test('an answer that is lost is a 503, and trying again is safe', async () => {
    const delivery = await posted();
    await notifier.control('faults', { method: 'chat.delete', lost: 'after', times: 1 });
    expect((await retract(delivery.id)).status).toBe(503);
    expect(await notifier.delivery(delivery.id)).toMatchObject({ state: 'posted' });
    expect((await retract(delivery.id)).body).toMatchObject({ state: 'suppressed' });
  }, 20_000);
});

describe('a copy that Slack did not confirm', () => {
  async function resent(destination: object): Promise<Delivery> {
    await notifier.control('faults', { method: 'chat.postMessage', lost: 'after', times: 1 });
    const delivery = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' }, source: BY_WORKFLOW, issues: [anIssue()], ...destination }));
    expect(delivery).toMatchObject({ state: 'posted' });
    return delivery;
  }

  test('may still be there when the one that is known was taken back: the answer and the timeline say so, since when, and what to do', async () => {
    const delivery = await resent({});
    expect(await notifier.posts(delivery.id, 'C0GENERAL1')).toBe(2);
    const { body } = await retract(delivery.id);
    const since = new Date(delivery.timeline?.find(({ kind }) => kind === 'attempt')?.at ?? '').toISOString().slice(0, 16).replace('T', ' ');
    const words = `An earlier copy may still be in #general: Slack’s answer to it was lost at ${since} UTC.`;
    const remedy = 'Look in #general around that time and delete it there by hand: Tocsin cannot see what a channel holds.';
    expect(body).toMatchObject({ state: 'suppressed', error: { code: 'retracted', message: `It was posted and taken back. ${words}`, remedy: expect.stringContaining(remedy) } });
    expect((await notifier.delivery(delivery.id)).timeline?.slice(-2)).toMatchObject([{ kind: 'retracted' }, { kind: 'copy_may_remain', text: `${words} ${remedy}` }]);
    expect(await notifier.posts(delivery.id, 'C0GENERAL1')).toBe(1);
  });

  test('is told of what a digest told as well, and without a moment where none is known', async () => {
    const [digest, member] = [await posted(), await posted()];
    await notifier.database.query('update notifier.deliveries set ambiguous = 1 where delivery_id = $1', [digest.id]);
    await notifier.database.query(`update notifier.deliveries set digest_id = $1, slack_ts = $2, slack_channel = $3 where delivery_id = $4`, [digest.id, digest.slack?.ts, digest.slack?.channel, member.id]);
    await retract(digest.id);
    for (const { id } of [digest, member]) {
      const { error, timeline } = await notifier.delivery(id);
      expect(error?.message).toBe('It was posted and taken back. An earlier copy may still be in #general: Slack’s answer to it was lost.');
      expect(timeline?.at(-1)).toMatchObject({ kind: 'copy_may_remain' });
    }
  });
});

describe('what cannot be taken back', () => {
  test('is what is not in a channel', async () => {
    const id = await notifier.send({ connectionId: connection.id, destination: { name: '#nowhere' } });
    await notifier.settled(id);
    const { status, body } = await retract<Problem>(id);
    expect([status, body.detail]).toEqual([409, expect.stringContaining('failed')]);
  });

  test('is another organization’s, or needs the permission', async () => {
    const delivery = await posted();
    expect((await retract(delivery.id, {}, { organization: 'globex' })).status).toBe(404);
    expect((await retract(delivery.id, {}, { roles: ['viewer'] })).status).toBe(403);
    expect((await retract(delivery.id, { why: 'x' })).status).toBe(400);
    expect(await isInSlack(delivery)).toBe(true);
  });
});
