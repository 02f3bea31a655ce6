import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import type { ConnectionChanged, DeliveryCounts } from '@tocsin/contracts';
import { anIssue, eventually } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => {
  notifier = await RunningNotifier.start();
  connection = await notifier.connect();
  await eventually(async () => (await notifier.database.query(`select 1 from notifier.directory_lists where connection_id = $1 and list = 'channels' and state = 'idle'`, [connection.id])).length === 1);
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

afterEach(async () => {
  notifier.peers.away = false;
  await notifier.control('faults', { reset: true });
});

/** Slack told us of a channel two hours ago, in a list too. */
async function copyOfLongAgo(channelId: string): Promise<void> {
  await notifier.database.query(`update notifier.channels set seen_at = seen_at - interval '2 hours' where channel_id = $1`, [channelId]);
  await notifier.database.query(`update notifier.directory_lists set synced_from = synced_from - interval '2 hours'`);
}

const BY_WORKFLOW = { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' } as const;

describe('a command becomes a message', () => {
  test.each([
    ['a public channel by id', { id: 'C0SECALERT' }, { id: 'C0SECALERT', kind: 'channel' }, 'C0SECALERT'],
    ['a public channel that the app is not in', { id: 'C0PAYMENTS' }, { id: 'C0PAYMENTS', kind: 'channel' }, 'C0PAYMENTS'],
    ['a channel by #name', { name: '#sec-alerts' }, { id: 'C0SECALERT', kind: 'channel', name: '#sec-alerts' }, 'C0SECALERT'],
    ['a channel by a name in another spelling', { name: ' Sec-Alerts' }, { id: 'C0SECALERT', kind: 'channel', name: '#sec-alerts' }, 'C0SECALERT'],
    ['a private channel that the app is in', { name: 'sec-internal' }, { id: 'C0SECINTER', kind: 'channel' }, 'C0SECINTER'],
    ['a person by id', { id: 'U0ALICE001' }, { id: 'U0ALICE001', kind: 'user' }, 'D'],
    ['a person by e-mail', { email: 'Alice@acme.test' }, { id: 'U0ALICE001', kind: 'user' }, 'D'],
  ])('in %s', async (_, destination, shown, channel) => {
    const delivery = await notifier.settled(await notifier.send({ connectionId: connection.id, destination }));
    expect(delivery).toMatchObject({ state: 'posted', attempts: 1, destination: shown, slack: { channel: expect.stringMatching(new RegExp(`^${channel}`)) } });
    expect(delivery.slack?.permalink).toBe(`https://acme.slack.com/archives/${delivery.slack?.channel}/p${delivery.slack?.ts.replace('.', '')}`);
    expect(await notifier.posts(delivery.id, delivery.slack?.channel ?? '')).toBe(1);
    expect(delivery.timeline?.map(({ kind }) => kind)).toEqual('id' in destination ? ['accepted', 'posted'] : ['accepted', 'found', 'posted']);
  }, 20_000);

  test('with the issue, the comment and the sender', async () => {
    const issue = anIssue({ title: 'Hard-coded <password>' });
    const { slack, id } = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' }, issues: [issue], comment: 'today please', source: { kind: 'manual', user: 'ada@acme.test' } }));
    const message = (await notifier.messages('C0GENERAL1')).find(({ ts }) => ts === slack?.ts);
    const told = JSON.stringify(message);
    for (const part of ['today please', 'ada@acme.test', `http://localhost:3000/issues/${issue.id}`]) expect(told).toContain(part);
    expect(message?.metadata?.event_payload?.delivery_id).toBe(id);
  });

  test('and its direct-message channel is remembered: a command to D… joins the line of the person', async () => {
    const first = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'U0BOB00001' } }));
    const second = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: first.slack?.channel ?? '' } }));
    expect(second).toMatchObject({ state: 'posted', destination: { id: 'U0BOB00001', kind: 'user' }, slack: { channel: first.slack?.channel } });
    await expect(notifier.database.query(`select count(*)::int as lanes from notifier.lanes where destination_key in ('U0BOB00001', $1)`, [first.slack?.channel])).resolves.toEqual([{ lanes: 1 }]);
  });

  test('once, however often the command comes', async () => {
    const command = { commandId: 'three-times', connectionId: connection.id, destination: { id: 'C0SECALERT' } };
    await Promise.all([notifier.send(command), notifier.send(command), notifier.send(command)]);
    await notifier.settled('three-times');
    await notifier.send(command);
    await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' } }));
    expect(await notifier.posts('three-times', 'C0SECALERT')).toBe(1);
  });

  test('in the order of the commands', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, (_, n) => notifier.send({ commandId: `in-order-${n}`, connectionId: connection.id, destination: { name: '#general' }, source: BY_WORKFLOW })));
    for (const id of ids) await notifier.settled(id);
    const rows = await notifier.database.query<{ delivery_id: string }>(`select delivery_id from notifier.deliveries where delivery_id like 'in-order-%' order by said_at, arrival`);
    const seen = (await notifier.messages('C0GENERAL1')).map((message) => message.metadata?.event_payload?.delivery_id ?? '').filter((id) => id.startsWith('in-order-'));
    expect(seen).toEqual(rows.map((row) => row.delivery_id));
  }, 20_000);

  test('well within half a second of the command when nothing is in line', async () => {
    const startedAt = performance.now();
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' } });
    await eventually(async () => (await notifier.posts(id, 'C0SECALERT')) === 1);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test('unless its time was over before it came: then it ends at once', async () => {
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' }, expiresAt: '2026-01-01T00:00:00.000Z' });
    expect(await notifier.settled(id, 3000)).toMatchObject({ state: 'dead', error: { code: 'expired' } });
  });

  test('and everybody is told of its end, once, with a line in the log', async () => {
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' } });
    await notifier.settled(id);
    const told = await eventually(() => notifier.heard.find((event) => event.type === 'delivery.settled.v1' && event.subject === id));
    expect(told).toMatchObject({ organizationid: 'acme', data: { id, state: 'posted', organizationId: 'acme', slack: { channel: 'C0SECALERT' } } });
    expect(notifier.log.filter((line) => line.commandId === id && line.msg === 'delivery settled')).toMatchObject([{ level: 'info', organizationId: 'acme', state: 'posted' }]);
    expect(JSON.stringify(notifier.log)).not.toContain('xoxb-sandbox-acme');
  });
});

describe('a destination that cannot be', () => {
  test.each([
    ['a channel name that nobody has', { name: '#no-such-channel' }, 'channel_not_found'],
    ['a name of a person', { name: '@alice' }, 'ambiguous_person'],
    ['a channel id that Slack does not know', { id: 'C0NOSUCHONE' }, 'channel_not_found'],
    ['an archived channel', { name: '#old-team' }, 'is_archived'],
    ['a private channel that the app is not in', { name: '#board' }, 'channel_not_found'],
    ['an e-mail address of nobody', { email: 'nobody@acme.test' }, 'users_not_found'],
    ['a person who has left', { email: 'gil@acme.test' }, 'users_not_found'],
  ])('%s ends as failed, with the remedy', async (_, destination, code) => {
    const delivery = await notifier.settled(await notifier.send({ connectionId: connection.id, destination }), 20_000);
    expect(delivery).toMatchObject({ state: 'failed', error: { code, message: expect.any(String), remedy: expect.any(String) } });
    expect(delivery.timeline?.at(-1)).toMatchObject({ kind: 'failed' });
  }, 30_000);

  test.each([
    ['an id', { id: 'C0GENERAL1' }],
    ['a name', { name: '#general' }],
  ])('goes where the command says otherwise, %s', async (_, otherwise) => {
    const delivery = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { email: 'nobody@acme.test' }, otherwise }));
    expect(delivery).toMatchObject({ state: 'posted', destination: { id: 'C0GENERAL1', name: '#general' } });
  });

  test('and an otherwise that cannot be either ends as failed', async () => {
    const delivery = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { email: 'nobody@acme.test' }, otherwise: { email: 'gil@acme.test' } }));
    expect(delivery).toMatchObject({ state: 'failed', error: { code: 'users_not_found', message: expect.stringContaining('gil@acme.test') } });
  });

  test('a channel that the app may not post to ends as failed and says how to invite it', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', channel: 'C0PAYMENTS', error: 'not_in_channel', times: 1 });
    const delivery = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0PAYMENTS' } }));
    expect(delivery).toMatchObject({ state: 'failed', error: { code: 'not_in_channel', remedy: expect.stringContaining('/invite') } });
  });
});

describe('a connection', () => {
  test('may be unknown when the command comes: connector is asked, and the message goes', async () => {
    const unannounced = await notifier.connect({}, { silently: true });
    expect(await notifier.settled(await notifier.send({ connectionId: unannounced.id, destination: { id: 'C0SECALERT' } }))).toMatchObject({ state: 'posted' });
  });

  test('that connector does not know either fails the delivery', async () => {
    const delivery = await notifier.settled(await notifier.send({ connectionId: 'nobody-knows', destination: { id: 'C0SECALERT' } }));
    expect(delivery).toMatchObject({ state: 'failed', error: { code: 'connection_not_found' } });
  });

  test('of another organization is refused: known, the command is a dead letter with an audit entry; unknown, it fails', async () => {
    const theirs = await notifier.connect({ organizationId: 'globex' });
    await eventually(async () => (await notifier.call('GET', `/v1/connections/${theirs.id}/directory`, { organization: 'globex' })).status === 200);
    const known = await notifier.send({ connectionId: theirs.id, destination: { id: 'C0SECALERT' } });
    await eventually(async () => (await notifier.database.query(`select 1 from notifier.audit where action = 'command.refused' and after->>'commandId' = $1`, [known])).length === 1);
    expect((await notifier.call('GET', `/v1/deliveries/${known}`)).status).toBe(404);
    const silent = await notifier.connect({ organizationId: 'globex' }, { silently: true });
    expect(await notifier.settled(await notifier.send({ connectionId: silent.id, destination: { id: 'C0SECALERT' } }))).toMatchObject({ state: 'failed', error: { code: 'connection_not_found' } });
    expect((await notifier.messages('C0SECALERT')).some((message) => message.metadata?.event_payload?.delivery_id === known)).toBe(false);
  });

  test('whose token Slack refuses holds its messages, tells connector, and sends them after a new token in their order, each once', async () => {
    const doomed = await notifier.connect({ appId: 'A0DOOMED01' }, { token: 'xoxb-sandbox-nobody' });
    const send = (): Promise<string> => notifier.send({ connectionId: doomed.id, destination: { id: 'C0SECALERT' } });
    const id = await send();
    const report = await eventually(() => notifier.heard.find((event) => event.type === 'connection.reported.v1' && event.subject === doomed.id));
    expect(report).toMatchObject({ data: { connectionId: doomed.id, credentialVersion: 1, slackError: 'invalid_auth' } });
    await eventually(async () => (await notifier.delivery(id)).waitingFor?.reason.includes('re-connect'));
    expect(await notifier.delivery(id)).toMatchObject({ state: 'waiting', attempts: 0 });
    const later = [await send(), await send()];
    await eventually(async () => (await notifier.call<DeliveryCounts>('GET', `/v1/deliveries/counts?connectionId=${doomed.id}`)).body.byState.waiting === 3);
    await notifier.connect({ id: doomed.id, appId: 'A0DOOMED01', version: 2, credentialVersion: 2 });
    const settled = await Promise.all([id, ...later].map((one) => notifier.settled(one)));
    expect(settled.map(({ state, attempts }) => [state, attempts])).toEqual(settled.map(() => ['posted', 1]));
    expect(settled.map(({ slack }) => Number(slack?.ts))).toEqual(settled.map(({ slack }) => Number(slack?.ts)).sort((a, b) => a - b));
    for (const one of settled) expect(await notifier.posts(one.id, 'C0SECALERT')).toBe(1);
  }, 20_000);

  test('whose new token only another replica heard of sends with it after Slack’s first refusal, uncharged', async () => {
    const token = 'xoxb-sandbox-globex';
    const moved = await notifier.connect({ appId: 'A0MOVED001' }, { token });
    const send = (): Promise<string> => notifier.send({ connectionId: moved.id, destination: { id: 'C0GLXALERT' } });
    expect(await notifier.settled(await send())).toMatchObject({ state: 'posted' });
    await notifier.control('tokens', { token, state: 'expired' });
    await notifier.connect({ id: moved.id, appId: 'A0MOVED001', version: 2, credentialVersion: 2 }, { token: 'xoxb-sandbox-acme', silently: true });
    await notifier.database.query('update notifier.connections set version = 2, credential_version = 2 where connection_id = $1', [moved.id]);
    const id = await notifier.send({ connectionId: moved.id, destination: { id: 'C0SECALERT' } });
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted', attempts: 1 });
    expect(notifier.heard.some((event) => event.type === 'connection.reported.v1' && event.subject === moved.id)).toBe(false);
    await notifier.control('tokens', { token, state: 'active' });
  }, 20_000);

  test('whose token has ended holds its messages, uncharged, until it is renewed', async () => {
    const rotating = await notifier.connect({ appId: 'A0ROTATES1' }, { silently: true });
    notifier.peers.remaining.set(rotating.id, -1);
    const id = await notifier.send({ connectionId: rotating.id, destination: { id: 'C0SECALERT' } });
    await eventually(async () => (await notifier.delivery(id)).waitingFor?.reason.includes('credentials'));
    expect(await notifier.delivery(id)).toMatchObject({ state: 'waiting', attempts: 0 });
    notifier.peers.remaining.set(rotating.id, 43_200);
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted', attempts: 1 });
  }, 20_000);

  test('that lacks a scope fails only what needs it, and names the scope', async () => {
    const narrow = await notifier.connect({ appId: 'A0NARROW' }, { token: 'xoxb-sandbox-acme-no-email' });
    const [byEmail, byId] = await Promise.all([{ email: 'bob@acme.test' }, { id: 'C0SECALERT' }].map((destination) => notifier.send({ connectionId: narrow.id, destination })));
    expect(await notifier.settled(byEmail ?? '')).toMatchObject({ state: 'failed', error: { code: 'missing_scope', message: expect.stringContaining('users:read.email'), remedy: expect.stringContaining('reinstall') } });
    expect(await notifier.settled(byId ?? '')).toMatchObject({ state: 'posted' });
  });

  test('that is paused holds its messages until it is resumed', async () => {
    const paused = await notifier.connect({ paused: true });
    const id = await notifier.send({ connectionId: paused.id, destination: { id: 'C0SECALERT' } });
    await eventually(async () => (await notifier.delivery(id)).waitingFor?.reason.includes('paused'));
    await notifier.connect({ id: paused.id, version: 2 });
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
  });

  test('goes on sending while connector is away, with the token that is known', async () => {
    notifier.peers.away = true;
    try {
      expect(await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' } }))).toMatchObject({ state: 'posted' });
    } finally {
      notifier.peers.away = false;
    }
  });

  test('of which no token is known waits while connector is away, says so, and is charged nothing', async () => {
    notifier.peers.away = true;
    const fresh = await notifier.connect();
    const id = await notifier.send({ connectionId: fresh.id, destination: { id: 'C0SECALERT' } });
    await eventually(async () => (await notifier.delivery(id)).waitingFor?.reason.includes('credentials'));
    expect(await notifier.delivery(id)).toMatchObject({ state: 'waiting', attempts: 0 });
    notifier.peers.away = false;
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted', attempts: 1 });
  }, 20_000);
});

describe('an answer of Slack', () => {
  test('429 makes its destination wait as long as Slack says, charges nothing, and no other destination waits', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', channel: 'C0SECALERT', status: 429, retryAfter: 2, times: 1 });
    const startedAt = performance.now();
    const limited = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' } });
    const other = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } }));
    expect(performance.now() - startedAt).toBeLessThan(1900);
    expect(other.state).toBe('posted');
    expect(await notifier.settled(limited)).toMatchObject({ state: 'posted', attempts: 1 });
    expect(performance.now() - startedAt).toBeGreaterThan(2000);
    expect((await notifier.delivery(limited)).timeline?.map(({ kind }) => kind)).toEqual(['accepted', 'attempt', 'posted']);
    expect((await notifier.call<string>('GET', '/metrics')).body).toMatch(/tocsin_slack_rate_limit_wait_seconds_bucket\{le="2",method="chat.postMessage"\} 1/);
  }, 20_000);

  test('429 to one of several that were taken together keeps them all waiting as long', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', channel: 'C0PAYMENTS', status: 429, retryAfter: 2, times: 2 });
    const startedAt = performance.now();
    const ids = await notifier.sendAll(Array.from({ length: 6 }, () => ({ connectionId: connection.id, destination: { id: 'C0PAYMENTS' } })));
    const settled = await Promise.all(ids.map((id) => notifier.settled(id)));
    expect(performance.now() - startedAt).toBeGreaterThan(4000);
    expect(settled.map(({ state }) => state)).toEqual(ids.map(() => 'posted'));
    expect(settled.flatMap(({ timeline }) => timeline ?? []).filter(({ kind }) => kind === 'attempt')).toHaveLength(2);
  }, 20_000);

  test('that refuses the blocks makes the same message go as plain text', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', error: 'invalid_blocks', times: 1 });
    const issue = anIssue({ title: 'Refused by its looks' });
    const { state, slack, timeline } = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' }, issues: [issue] }));
    expect(state).toBe('posted');
    const message = (await notifier.messages('C0GENERAL1')).find(({ ts }) => ts === slack?.ts);
    expect(message?.text).toContain('Refused by its looks');
    expect(message?.blocks ?? []).toEqual([]);
    expect(timeline?.at(-1)?.text).toContain('plain text');
  });

  test('that refuses the plain text too is the end', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', error: 'invalid_blocks', times: 2 });
    expect(await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } }))).toMatchObject({ state: 'failed', error: { code: 'invalid_blocks' } });
  });

  test('that is lost holds a message by hand: nobody knows, and a person decides', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', lost: 'after', times: 1 });
    const delivery = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } }));
    expect(delivery).toMatchObject({ state: 'unconfirmed', error: { code: 'no_answer' } });
    expect(await notifier.posts(delivery.id, 'C0GENERAL1')).toBe(1);
  });

  test('that is lost makes a workflow’s message go again, saying that it may repeat', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', channel: 'C0PAYMENTS', lost: 'after', times: 1 });
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0PAYMENTS' }, source: BY_WORKFLOW });
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted', attempts: 2 });
    const posts = (await notifier.messages('C0PAYMENTS')).filter((message) => message.metadata?.event_payload?.delivery_id === id);
    expect(posts.map((message) => JSON.stringify(message).includes('may repeat'))).toEqual([false, true]);
  }, 20_000);
});

describe('the leak guard', () => {
  const secret = anIssue({ category: 'secret' });
  const unknown = anIssue({ category: 'unknown' });

  test.each([
    ['a secret to a public channel', secret, 'C0SECALERT', 'suppressed'],
    ['a secret to a private channel', secret, 'C0SECINTER', 'posted'],
    ['a secret to a person', secret, 'U0NOA00001', 'posted'],
    ['an issue of unknown category to a public channel', unknown, 'C0SECALERT', 'posted'],
    ['an issue of unknown category to a shared channel', unknown, 'C0EXTPARTN', 'suppressed'],
  ])('%s', async (_, issue, id, state) => {
    const delivery = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id }, issues: [anIssue({ category: 'code' }), issue] }));
    expect(delivery.state).toBe(state);
    if (state === 'suppressed') expect(delivery.error).toMatchObject({ code: 'leak_guard', remedy: expect.stringContaining('private channel') });
    expect(await notifier.posts(delivery.id, delivery.slack?.channel ?? id)).toBe(state === 'posted' ? 1 : 0);
  });

  test('looks again at a channel whose copy is old: a channel may have been shared since', async () => {
    await notifier.control('channels', { id: 'C0PAYMENTS', shared: true });
    await copyOfLongAgo('C0PAYMENTS');
    const delivery = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0PAYMENTS' }, issues: [unknown] }));
    await notifier.control('channels', { id: 'C0PAYMENTS', shared: false });
    expect(delivery).toMatchObject({ state: 'suppressed', error: { code: 'leak_guard' } });
  });

  test('does not make a channel slower when Slack limits how often it is asked about', async () => {
    await copyOfLongAgo('C0GENERAL1');
    await notifier.control('faults', { method: 'conversations.info', status: 429, retryAfter: 1, times: 1 });
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' }, issues: [unknown] });
    expect((await notifier.settled(id)).timeline?.map(({ kind }) => kind)).toEqual(['accepted', 'attempt', 'posted']);
    expect(await notifier.database.query('select l.interval_factor from notifier.lanes l join notifier.deliveries d using (lane_id) where d.delivery_id = $1', [id])).toEqual([{ interval_factor: 1 }]);
  });

  test('lets nothing pass while it cannot find out who reads the channel', async () => {
    await copyOfLongAgo('C0GENERAL1');
    await notifier.control('faults', { method: 'conversations.info', status: 503, times: 1 });
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' }, issues: [unknown] });
    await eventually(async () => (await notifier.delivery(id)).timeline?.some(({ kind }) => kind === 'attempt'));
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
  });
});

test('what no text may hold in an answer of Slack’s keeps neither its message nor others from an end', async () => {
  await notifier.control('faults', { channel: 'C0GENERAL1', body: { ok: false, error: 'msg_blocks_too_long', errors: ['too long: a\u0000b \ud83d'], response_metadata: { messages: ['\u0000'] } } });
  const refused = await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } });
  const other = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' } });
  expect(await notifier.settled(other, 3000)).toMatchObject({ state: 'posted' });
  const { state, error, timeline } = await notifier.settled(refused, 3000);
  expect([state, error?.code]).toEqual(['failed', 'msg_blocks_too_long']);
  expect(timeline?.at(-1)?.slack).toMatchObject({ details: [expect.stringContaining('too long: a'), expect.any(String)] });
});

test('an answer that names no place that Slack could name is none: it is not known where the message is', async () => {
  await notifier.control('faults', { channel: 'C0GENERAL1', body: { ok: true, channel: 'C0\u0000', ts: 'soon' }, lost: 'before', times: 1 });
  const { state, error } = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } }), 3000);
  expect([state, error?.code]).toEqual(['unconfirmed', 'unreadable_answer']);
});

describe('a message says that it is late', () => {
  const isCalledLate = async (id: string): Promise<boolean> => {
    const { slack } = await notifier.settled(id);
    return JSON.stringify((await notifier.messages('C0GENERAL1')).find(({ ts }) => ts === slack?.ts)).includes('it could not be sent before');
  };

  test('when it was kept waiting for more than ten minutes', async () => {
    await notifier.control('faults', { channel: 'C0GENERAL1', status: 429, retryAfter: 1, times: 1 });
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } });
    await eventually(async () => (await notifier.delivery(id)).timeline?.some(({ kind }) => kind === 'attempt'));
    for (const table of ['deliveries', 'commands']) await notifier.database.query(`update notifier.${table} set created_at = created_at - interval '11 minutes' where delivery_id = $1`, [id]);
    expect(await isCalledLate(id)).toBe(true);
  });

  test('by the clock of the database, however wrong that of the process is', async () => {
    const now = Date.now.bind(Date);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + 2 * 3_600_000);
    try {
      const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } });
      expect(await isCalledLate(id)).toBe(false);
      expect((await notifier.delivery(id)).timeline?.at(-1)?.text).toMatch(/^Posted to #general$/);
    } finally {
      clock.mockRestore();
    }
  });
});
