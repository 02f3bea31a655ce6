/** The product's own door, which is Slack's own client, against the sandbox: every method that the product calls, and what it makes of refusals. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { closeSlackConnections, SlackDoor, type SlackAnswer } from '@tocsin/slack';

import { ACME, NO_EMAIL, runningSandbox, type RunningSandbox } from '../test/running-sandbox.js';

let sandbox: RunningSandbox;
beforeAll(async () => { sandbox = await runningSandbox(); });
afterEach(async () => { await sandbox.reset(); });
afterAll(async () => {
  await closeSlackConnections();
  await sandbox.close();
});

function door(token = ACME): SlackDoor {
  return new SlackDoor({ baseUrl: sandbox.url, token, deadlines: { connectMs: 500, totalMs: 500 } });
}

async function good<T>(answer: Promise<SlackAnswer<T>>): Promise<T> {
  const given = await answer;
  if (!given.ok) throw new Error(JSON.stringify(given.failure));
  return given.value;
}

describe('a journey through all methods', () => {
  test('who we are and what we may', async () => {
    expect(await door().authTest()).toMatchObject({
      ok: true, scopes: ['chat:write', 'channels:read', 'groups:read', 'users:read', 'users:read.email', 'chat:write.public'],
      value: { workspace: { id: 'T0ACME0001', name: 'Acme', url: 'https://acme.slack.com' }, bot: { name: 'tocsin-own' }, isEnterpriseInstall: false },
    });
    expect(await door(NO_EMAIL).authTest()).toMatchObject({ ok: true, scopes: expect.not.arrayContaining(['users:read.email']) });
  });

  test('channels and people', async () => {
    const channels = (await good(door().listChannels())).items;
    expect(channels.map(({ name }) => name)).toEqual(['general', 'sec-alerts', 'payments', 'old-team', 'sec-internal', 'ext-partner']);
    expect(channels.find(({ name }) => name === 'sec-internal')).toMatchObject({ isPrivate: true, isMember: true });
    expect(channels.find(({ name }) => name === 'ext-partner')).toMatchObject({ isShared: true });
    expect((await good(door().listMemberChannels())).items.map(({ name }) => name)).toEqual(['general', 'sec-alerts', 'sec-internal', 'ext-partner']);
    expect(await good(door().channelInfo('C0OLDTEAM1'))).toMatchObject({ name: 'old-team', isArchived: true });
    const people = (await good(door().listPeople())).items;
    expect(people.filter(({ isBot, isDeactivated }) => !isBot && !isDeactivated).map(({ email }) => email)).toEqual(['alice@acme.test', 'bob@acme.test', 'noa@acme.test']);
    expect(await good(door().lookupByEmail('noa@acme.test'))).toMatchObject({ id: 'U0NOA00001' });
    expect(await good(door().userInfo('U0GONE0001'))).toMatchObject({ isDeactivated: true });
  });

  test('a directory of several pages is read to the end', async () => {
    await sandbox.control('directory', { channels: 450, people: 450 });
    const all = async <T>(read: (cursor?: string) => Promise<SlackAnswer<{ items: T[]; nextCursor?: string }>>): Promise<T[]> => {
      const page = await good(read());
      const found = [...page.items];
      for (let next = page.nextCursor; next !== undefined;) {
        const more = await good(read(next));
        found.push(...more.items);
        next = more.nextCursor;
      }
      return found;
    };
    expect(new Set((await all((cursor) => door().listChannels(cursor))).map(({ id }) => id)).size).toBe(456);
    expect(new Set((await all((cursor) => door().listPeople(cursor))).map(({ id }) => id)).size).toBe(458);
  });

  test('post, answer in the thread, change, delete', async () => {
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: '*hello*' } }];
    const posted = await good(door().postMessage({ channel: 'U0ALICE001', text: 'hello', blocks, attachments: [{ color: '#B3261E', blocks }], metadata: { event_type: 'tocsin', event_payload: { delivery: '1' } } }));
    expect(posted.channel).toMatch(/^D/);
    const reply = await good(door().postMessage({ channel: posted.channel, text: 'and', threadTs: posted.ts, broadcast: true }));
    expect(await good(door().updateMessage({ ...posted, text: 'changed', blocks }))).toEqual(posted);
    const { body } = await sandbox.control('messages?channel=alice');
    expect(body.items).toMatchObject([{ ts: posted.ts, text: 'changed', updates: 1, blocks }, { ts: reply.ts, thread_ts: posted.ts, reply_broadcast: true }]);
    expect(await good(door().deleteMessage(reply))).toEqual(reply);
  });

  test('install with the code of the consent page, and revoke', async () => {
    const redirectUri = 'http://localhost:3000/slack/oauth/callback';
    const form = new URLSearchParams({ client_id: 'sandbox.client', scope: 'chat:write,users:read', redirect_uri: redirectUri, decision: 'allow' });
    const back = await fetch(`${sandbox.url}/oauth/v2/authorize`, { method: 'POST', redirect: 'manual', body: form });
    const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const { token, ...rest } = await good(new SlackDoor({ baseUrl: sandbox.url }).oauthAccess({ code, clientId: 'sandbox.client', clientSecret: 'sandbox-secret', redirectUri }));
    expect(rest).toMatchObject({ scopes: ['chat:write', 'users:read'], appId: 'A0TOCSIN', workspace: { name: 'Acme' } });
    expect(await good(door(token).authRevoke())).toBe(true);
    expect(await door(token).authTest()).toMatchObject({ ok: false, failure: { family: 'refused', kind: 'connection', code: 'token_revoked' } });
  });
});

describe('what the product is told when Slack says no', () => {
  const post = (channel = 'C0SECALERT'): Promise<SlackAnswer<unknown>> => door().postMessage({ channel, text: 'x' });

  test.each<[string, () => Promise<SlackAnswer<unknown>>, object]>([
    ['a token that is unknown', () => door('xoxb-sandbox-no').authTest(), { family: 'refused', kind: 'connection', code: 'invalid_auth' }],
    ['a scope that is missing', () => door(NO_EMAIL).lookupByEmail('bob@acme.test'), { family: 'refused', kind: 'configuration', code: 'missing_scope', needed: 'users:read.email' }],
    ['an archived channel', () => post('C0OLDTEAM1'), { family: 'refused', kind: 'target', code: 'is_archived' }],
    ['a private channel without the app', () => post('C0BOARD001'), { family: 'refused', kind: 'target', code: 'channel_not_found' }],
    ['nobody with that address', () => door().lookupByEmail('x@acme.test'), { family: 'refused', kind: 'target', code: 'users_not_found' }],
    ['blocks that are none', () => door().postMessage({ channel: 'C0SECALERT', text: 'x', blocks: [{ type: 'header' }] }), {
      family: 'refused', kind: 'content', code: 'invalid_blocks', details: ['missing required field: text [json-pointer:/blocks/0]', '[ERROR] missing required field: text [json-pointer:/blocks/0]'],
    }],
    ['a made-up code', () => new SlackDoor({ baseUrl: sandbox.url }).oauthAccess({ code: 'x', clientId: 'sandbox.client', clientSecret: 'sandbox-secret', redirectUri: 'https://x.test' }), { family: 'refused', code: 'invalid_code' }],
  ])('%s', async (_case, call, failure) => {
    expect(await call()).toMatchObject({ ok: false, failure });
  });

  test('a channel that is posted to too often', async () => {
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push(await post());
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, false]);
    expect(answers[3]).toMatchObject({ failure: { family: 'busy', retryAfterSeconds: 1 } });
  });

  test.each<[string, object, object, number]>([
    ['HTTP 500', { status: 500 }, { family: 'unsure', code: 'http_500' }, 0],
    ['a page of HTML', { body: '<html></html>' }, { family: 'unsure', code: 'unreadable_answer' }, 0],
    ['"ok" without a ts', { body: { ok: true }, lost: 'after' }, { family: 'unsure', code: 'unreadable_answer' }, 1],
    ['a broken connection', { lost: 'after' }, { family: 'unsure', code: 'no_answer' }, 1],
    ['half an answer', { cut: true }, { family: 'unsure', code: 'no_answer' }, 1],
    ['silence', { hang: true }, { family: 'unsure', code: 'no_answer' }, 0],
    ['429 without Retry-After', { status: 429 }, { family: 'busy', retryAfterSeconds: 30 }, 0],
    ['429 with a Retry-After that is no number', { retryAfter: 'soon' }, { family: 'busy', retryAfterSeconds: 30 }, 0],
  ])('a fault: %s', async (_case, fault, failure, posted) => {
    await sandbox.control('faults', { method: 'chat.postMessage', ...fault });
    expect(await post()).toMatchObject({ ok: false, failure });
    expect((await sandbox.control('messages')).body.items).toHaveLength(posted);
  });
});
