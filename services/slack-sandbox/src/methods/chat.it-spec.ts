import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { ACME, NO_EMAIL, runningSandbox, type RunningSandbox } from '../../test/running-sandbox.js';

let sandbox: RunningSandbox;
beforeAll(async () => { sandbox = await runningSandbox(); });
afterEach(async () => { await sandbox.reset(); });
afterAll(async () => { await sandbox.close(); });

async function post(args: Record<string, unknown> = {}, token = ACME): Promise<{ channel: string; ts: string }> {
  const { body } = await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'hello', ...args }, token);
  if (!body.ok) throw new Error(JSON.stringify(body));
  return { channel: String(body.channel), ts: String(body.ts) };
}

async function arrived(channel = ''): Promise<Record<string, unknown>[]> {
  const { body } = await sandbox.control(channel === '' ? 'messages' : `messages?channel=${encodeURIComponent(channel)}`);
  return body.items as Record<string, unknown>[];
}

/** A token for an app without chat:write.public, which is otherwise like the seed's. */
async function withoutPublic(): Promise<string> {
  const redirect_uri = 'https://tocsin.test/callback';
  const form = new URLSearchParams({ client_id: 'sandbox.client', scope: 'chat:write,channels:read', redirect_uri, decision: 'allow' });
  const page = await fetch(`${sandbox.url}/oauth/v2/authorize`, { method: 'POST', redirect: 'manual', body: form });
  const code = new URL(page.headers.get('location') ?? '').searchParams.get('code');
  return String((await sandbox.call('oauth.v2.access', { client_id: 'sandbox.client', client_secret: 'sandbox-secret', code, redirect_uri })).body.access_token);
}

describe('where a message may go', () => {
  test.each<[string, string, string]>([
    ['a channel that the app is in', 'C0SECALERT', 'C0SECALERT'],
    ['a public channel that it is not in', 'C0PAYMENTS', 'C0PAYMENTS'],
    ['a private channel that it is in', 'C0SECINTER', 'C0SECINTER'],
    ['a channel shared with another company', 'C0EXTPARTN', 'C0EXTPARTN'],
    ['a public channel by #name', '#sec-alerts', 'C0SECALERT'],
    ['a public channel by name', 'sec-alerts', 'C0SECALERT'],
  ])('%s', async (_case, channel, id) => {
    expect((await post({ channel })).channel).toBe(id);
    expect(await arrived(id)).toMatchObject([{ channel: id, text: 'hello', updates: 0 }]);
  });

  test('a person: the answer carries the id of the direct message, the same every time', async () => {
    const first = await post({ channel: 'U0ALICE001' });
    expect(first.channel).toMatch(/^D[A-Z0-9]{6,20}$/);
    expect((await post({ channel: 'U0ALICE001' })).channel).toBe(first.channel);
    expect((await post({ channel: first.channel })).channel).toBe(first.channel);
    expect((await post({ channel: 'U0BOB00001' })).channel).not.toBe(first.channel);
    expect((await post({ channel: 'U0ALICE001' }, NO_EMAIL)).channel).not.toBe(first.channel);
  });

  test.each<[string, string, string]>([
    ['no such channel', 'C0NOWHERE1', 'channel_not_found'],
    ['a private channel that the app is not in', 'C0BOARD001', 'channel_not_found'],
    ['a private channel by name, although the app is in', '#sec-internal', 'channel_not_found'],
    ['a channel’s name in other letters', '#Sec-Alerts', 'channel_not_found'],
    ['an archived channel', 'C0OLDTEAM1', 'is_archived'],
    ['nobody', 'U0NOBODY01', 'channel_not_found'],
    ['a deactivated person', 'U0GONE0001', 'user_not_found'],
    ['a bot', 'U0BUILD001', 'cannot_dm_bot'],
    ['Slackbot', 'USLACKBOT', 'cannot_dm_bot'],
    ['an e-mail address', 'alice@acme.test', 'channel_not_found'],
  ])('not to %s', async (_case, channel, error) => {
    expect((await sandbox.call('chat.postMessage', { channel, text: 'hello' })).body.error).toBe(error);
    expect(await arrived()).toEqual([]);
  });

  test('without chat:write.public only to channels that the app is in', async () => {
    const token = await withoutPublic();
    expect((await sandbox.call('chat.postMessage', { channel: 'C0PAYMENTS', text: 'hello' }, token)).body.error).toBe('not_in_channel');
    expect((await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'hello' }, token)).body.ok).toBe(true);
    await sandbox.control('channels', { id: 'C0PAYMENTS', member: true });
    expect((await sandbox.call('chat.postMessage', { channel: 'C0PAYMENTS', text: 'hello' }, token)).body.ok).toBe(true);
  });

  test.each<[string, Record<string, unknown>, string, string | undefined]>([
    ['renamed: by id as before', { id: 'C0SECALERT', rename: 'alarms' }, 'C0SECALERT', undefined],
    ['renamed: by the new name', { id: 'C0SECALERT', rename: 'alarms' }, '#alarms', undefined],
    ['renamed: by the old name no more', { id: 'C0SECALERT', rename: 'alarms' }, '#sec-alerts', 'channel_not_found'],
    ['archived', { name: '#sec-alerts', archived: true }, 'C0SECALERT', 'is_archived'],
    ['brought back', { name: 'old-team', archived: false }, 'C0OLDTEAM1', undefined],
    ['made private, the app being in', { name: 'sec-alerts', private: true }, 'C0SECALERT', undefined],
    ['made private, the app not being in', { name: 'payments', private: true }, 'C0PAYMENTS', 'channel_not_found'],
    ['the app was removed from a private one', { name: 'sec-internal', member: false }, 'C0SECINTER', 'channel_not_found'],
  ])('%s', async (_case, change, channel, error) => {
    expect((await sandbox.control('channels', change)).status).toBe(200);
    expect((await sandbox.call('chat.postMessage', { channel, text: 'hello' })).body.error).toBe(error);
  });
});

describe('how often', () => {
  test('about one message a second and channel; other channels go on', async () => {
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'x' })).status));
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    const { headers, body } = await sandbox.call('chat.postMessage', { channel: '#general', text: 'x' });
    expect([headers.get('retry-after'), body]).toEqual(['1', { ok: false, error: 'ratelimited' }]);
    expect((await sandbox.call('chat.postMessage', { channel: 'C0SECALERT', text: 'x' })).status).toBe(200);
    sandbox.pass(1);
    expect((await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'x' })).status).toBe(200);
    expect(await arrived('C0GENERAL1')).toHaveLength(4);
  });
});

describe('what a message may say', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['nothing', {}, 'no_text'],
    ['only blanks', { text: '  \n' }, 'no_text'],
    ['an empty list of blocks', { blocks: [] }, 'no_text'],
    ['blocks that are no JSON', { text: 'x', blocks: '[{' }, 'invalid_blocks_format'],
    ['blocks that are no list', { text: 'x', blocks: { type: 'divider' } }, 'invalid_blocks_format'],
    ['blocks that Slack does not know', { text: 'x', blocks: [{ type: 'hologram' }] }, 'invalid_blocks'],
    ['attachments that are no JSON', { text: 'x', attachments: '[{' }, 'invalid_arguments'],
    ['markdown beside text', { text: 'x', markdown_text: 'y' }, 'markdown_text_conflict'],
    ['too long a markdown', { markdown_text: 'x'.repeat(12_001) }, 'msg_too_long'],
    ['metadata that are no object', { text: 'x', metadata: '7' }, 'invalid_metadata_format'],
    ['metadata without a type', { text: 'x', metadata: { event_payload: {} } }, 'invalid_metadata_schema'],
    ['metadata without a payload', { text: 'x', metadata: { event_type: 'a' } }, 'invalid_metadata_schema'],
    ['metadata that are too much', { text: 'x', metadata: { event_type: 'a', event_payload: { x: 'x'.repeat(16_000) } } }, 'metadata_too_large'],
    ['a reply to nothing', { text: 'x', thread_ts: '1700000000.000001' }, 'thread_not_found'],
    ['a reply to what is no timestamp', { text: 'x', thread_ts: '1700000000' }, 'invalid_arguments'],
  ])('%s is refused', async (_case, content, error) => {
    expect((await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', ...content })).body).toMatchObject({ ok: false, error });
    expect(await arrived()).toEqual([]);
  });

  test('no channel at all', async () => {
    expect((await sandbox.call('chat.postMessage', { text: 'x' })).body).toMatchObject({ error: 'invalid_arguments', response_metadata: { messages: ['[ERROR] missing required field: channel [json-pointer:/channel]'] } });
  });

  test('text over 40,000 characters is cut with a warning', async () => {
    const { body } = await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'x'.repeat(40_001) });
    expect(body).toMatchObject({ ok: true, warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } });
    expect(String((await arrived())[0]?.text)).toHaveLength(40_000);
  });

  test('text alone comes back as rich text, as Slack does', async () => {
    const { body } = await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'hello' });
    expect(body.message).toMatchObject({ type: 'message', text: 'hello', ts: body.ts, team: 'T0ACME0001', blocks: [{ type: 'rich_text', elements: [{ elements: [{ type: 'text', text: 'hello' }] }] }] });
    expect((await arrived())[0]).not.toHaveProperty('blocks');
  });

  test('blocks, attachments and metadata arrive as they were sent', async () => {
    const sent = { blocks: [{ type: 'divider', block_id: 'd' }], attachments: [{ color: '#B3261E', blocks: [{ type: 'divider' }] }], metadata: { event_type: 'tocsin', event_payload: { id: '1' } } };
    await post(sent);
    expect(await arrived()).toMatchObject([{ text: 'hello', ...sent }]);
  });

  test('each ts is new and later than the one before, within the same moment', async () => {
    const [first, second] = [await post(), await post()];
    expect(first.ts).toMatch(/^\d{10}\.\d{6}$/);
    expect(second.ts > first.ts).toBe(true);
  });
});

describe('threads', () => {
  test('a reply belongs to its parent, and a reply to a reply does too', async () => {
    const parent = await post();
    const reply = await post({ thread_ts: parent.ts });
    await post({ thread_ts: reply.ts, reply_broadcast: 'true' });
    expect(await arrived()).toMatchObject([{ ts: parent.ts }, { thread_ts: parent.ts }, { thread_ts: parent.ts, reply_broadcast: true }]);
  });

  test('a thread of another channel is not found', async () => {
    const parent = await post();
    expect((await sandbox.call('chat.postMessage', { channel: 'C0SECALERT', text: 'x', thread_ts: parent.ts })).body.error).toBe('thread_not_found');
  });
});

describe('changing what was posted', () => {
  const divider = [{ type: 'divider' }];

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['new text alone removes the blocks', { text: 'new' }, { text: 'new', attachments: [{ text: 'a' }], metadata: { event_type: 'e', event_payload: {} } }],
    ['new blocks keep the text', { blocks: [{ type: 'header', text: { type: 'plain_text', text: 'new' } }] }, { text: 'old', blocks: [{ type: 'header' }] }],
    ['both', { text: 'new', blocks: divider }, { text: 'new', blocks: divider }],
    ['empty lists and objects remove', { text: 'new', attachments: [], metadata: {} }, { text: 'new' }],
  ])('%s', async (_case, change, expected) => {
    const posted = await post({ text: 'old', blocks: divider, attachments: [{ text: 'a' }], metadata: { event_type: 'e', event_payload: {} } });
    const { body } = await sandbox.call('chat.update', { ...posted, ...change });
    expect(body).toMatchObject({ ok: true, ...posted, text: expected.text });
    const [message] = await arrived();
    expect(message).toMatchObject({ ...expected, ts: posted.ts, updates: 1 });
    if (!('blocks' in expected)) expect(message).not.toHaveProperty('blocks');
    if ('metadata' in change) expect(message).not.toHaveProperty('metadata');
  });

  test.each<[string, string, Record<string, unknown>, string]>([
    ['a message that is not there', 'chat.update', { ts: '1700000000.000001' }, 'message_not_found'],
    ['a person’s id', 'chat.update', { channel: 'U0ALICE001' }, 'channel_not_found'],
    ['a name', 'chat.update', { channel: '#general' }, 'channel_not_found'],
    ['text over 4,000 characters', 'chat.update', { text: 'x'.repeat(4001) }, 'msg_too_long'],
    ['blocks that Slack refuses', 'chat.update', { blocks: [{ type: 'hologram' }] }, 'invalid_blocks'],
    ['a message that is not there', 'chat.delete', { ts: '1700000000.000001' }, 'message_not_found'],
    ['a person’s id', 'chat.delete', { channel: 'U0ALICE001' }, 'channel_not_found'],
    ['a message that is not there', 'chat.getPermalink', { message_ts: '1700000000.000001' }, 'message_not_found'],
    ['a channel that is not there', 'chat.getPermalink', { channel: 'C0NOWHERE1' }, 'channel_not_found'],
  ])('%s is refused by %s', async (_case, method, change, error) => {
    const posted = await post();
    expect((await sandbox.call(method, { ...posted, message_ts: posted.ts, text: 'new', ...change })).body.error).toBe(error);
    expect(await arrived()).toMatchObject([{ text: 'hello', updates: 0 }]);
  });

  test.each([['chat.update', 'cant_update_message'], ['chat.delete', 'cant_delete_message']])('%s of another app’s message is refused: %s', async (method, error) => {
    const posted = await post({}, NO_EMAIL);
    expect((await sandbox.call(method, { ...posted, text: 'mine' })).body.error).toBe(error);
  });

  test('in an archived channel nothing is changed', async () => {
    const posted = await post({ channel: 'C0SECALERT' });
    await sandbox.control('channels', { id: 'C0SECALERT', archived: true });
    expect((await sandbox.call('chat.update', { ...posted, text: 'new' })).body.error).toBe('is_inactive');
  });

  test('a deleted message is gone', async () => {
    const posted = await post();
    expect((await sandbox.call('chat.delete', posted)).body).toEqual({ ok: true, ...posted });
    expect(await arrived()).toEqual([]);
    expect((await sandbox.call('chat.update', { ...posted, text: 'new' })).body.error).toBe('message_not_found');
  });

  test('a permalink is the one of Slack’s form', async () => {
    const parent = await post();
    const reply = await post({ thread_ts: parent.ts });
    const link = async (ts: string): Promise<unknown> => (await sandbox.call('chat.getPermalink', { channel: 'C0GENERAL1', message_ts: ts })).body.permalink;
    expect(await link(parent.ts)).toBe(`https://acme.slack.com/archives/C0GENERAL1/p${parent.ts.replace('.', '')}`);
    expect(await link(reply.ts)).toBe(`https://acme.slack.com/archives/C0GENERAL1/p${reply.ts.replace('.', '')}?thread_ts=${parent.ts}&cid=C0GENERAL1`);
  });
});
