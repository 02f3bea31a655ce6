import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { ConnectionChanged, DestinationList, DirectoryStatus, Problem } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

let notifier: RunningNotifier;
let connection: ConnectionChanged;

async function pick(query: string, id = connection.id): Promise<DestinationList> {
  const { status, body } = await notifier.call<DestinationList>('GET', `/v1/connections/${id}/destinations?${query}`, { roles: ['responder'] });
  expect(status).toBe(200);
  return body;
}

async function status(id = connection.id): Promise<DirectoryStatus> {
  return (await notifier.call<DirectoryStatus>('GET', `/v1/connections/${id}/directory`)).body;
}

async function synced(id = connection.id): Promise<DirectoryStatus> {
  return eventually(async () => {
    const now = await status(id);
    return now.state === 'idle' && now.channels.complete && now.people.complete && now;
  });
}

async function asked(method: string, channel: string): Promise<number> {
  const { items } = (await (await fetch(`${notifier.sandbox.url}/sandbox/requests`)).json()) as { items: { method: string; arguments: { channel?: string } }[] };
  return items.filter((request) => request.method === method && request.arguments.channel === channel).length;
}

beforeAll(async () => {
  notifier = await RunningNotifier.start();
  connection = await notifier.connect();
  await synced();
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

describe('the directory of a new connection', () => {
  test('fills itself after a connection is made: channels that the app can see, people who can be written to', async () => {
    expect(await status()).toMatchObject({ state: 'idle', channels: { have: 6, complete: true, syncedAt: expect.any(String) }, people: { have: 3, complete: true } });
  });
});

describe('the picker', () => {
  test.each([
    ['a part of a name', 'q=sec-a&kind=channel', ['C0SECALERT']],
    ['kinds that are several', 'q=sec-a&kind=channel,user', ['C0SECALERT']],
    ['a #name', 'q=%23general&kind=channel', ['C0GENERAL1']],
    ['an @name', 'q=@bob', ['U0BOB00001']],
    ['a real name', 'q=alice%20ad', ['U0ALICE001']],
    ['an e-mail address', 'q=noa@acme.test', ['U0NOA00001']],
    ['an id', 'q=C0EXTPARTN', ['C0EXTPARTN']],
    ['a pasted link', `q=${encodeURIComponent('https://acme.slack.com/archives/C0GENERAL1')}`, ['C0GENERAL1']],
    ['a percent sign, which is no wildcard', 'q=%25', []],
    ['somebody who has left', 'q=gil', []],
    ['a bot', 'q=buildbot', []],
  ])('finds by %s', async (_, query, expected) => {
    expect((await pick(query)).items.map(({ id }) => id)).toEqual(expected);
  });

  test('says what each place is: shared, archived last, and how to invite the app', async () => {
    const { items } = await pick('q=&kind=channel&limit=200');
    const by = (id: string) => items.find((item) => item.id === id);
    expect(by('C0EXTPARTN')).toMatchObject({ kind: 'channel', name: 'ext-partner', isShared: true, canPost: true, hint: expect.stringContaining('another company') });
    expect(by('C0OLDTEAM1')).toMatchObject({ isArchived: true, canPost: false, hint: expect.stringContaining('archived') });
    expect(items.at(-1)?.id).toBe('C0OLDTEAM1');
    const narrow = await notifier.connect({ appId: 'A0NARROW', scopes: ['chat:write', 'channels:read', 'groups:read', 'users:read'] }, { token: 'xoxb-sandbox-acme-no-email' });
    const listed = await eventually(async () => (await pick('q=payments', narrow.id)).items.find((item) => item.name === 'payments'));
    expect(listed).toMatchObject({ isMember: false, canPost: false, hint: expect.stringContaining('/invite') });
  });

  test('looks an exact id or address up at Slack when the copy lacks it', async () => {
    await notifier.database.query(`delete from notifier.channels where channel_id = 'C0GENERAL1'`);
    await notifier.database.query(`delete from notifier.people where user_id in ('U0BOB00001', 'U0NOA00001')`);
    expect((await pick('q=C0GENERAL1')).items.map(({ name }) => name)).toEqual(['general']);
    expect((await pick('q=U0BOB00001')).items.map(({ email }) => email)).toEqual(['bob@acme.test']);
    expect((await pick('q=noa@acme.test')).items.map(({ id }) => id)).toEqual(['U0NOA00001']);
    expect((await pick('q=C0NOSUCHONE')).items).toEqual([]);
  });

  test('asks Slack once for what many ask for at once, and not again soon for what does not exist', async () => {
    await notifier.control('faults', { method: 'conversations.info', latencyMs: 200, times: 1 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => pick('q=C0NOSUCHTWO')));
    await pick('q=C0NOSUCHTWO');
    expect(answers.map(({ items }) => items)).toEqual([[], [], [], [], []]);
    expect(await asked('conversations.info', 'C0NOSUCHTWO')).toBe(1);
  });

  test('does not make whoever types wait for Slack: it says so, and has the answer the next time', async () => {
    await notifier.database.query(`delete from notifier.channels where channel_id = 'C0PAYMENTS'`);
    await notifier.control('faults', { method: 'conversations.info', latencyMs: 3000, times: 1 });
    expect(await pick('q=C0PAYMENTS')).toMatchObject({ items: [], reason: expect.stringContaining('not answered yet') });
    await eventually(async () => (await pick('q=C0PAYMENTS')).items.length === 1);
    expect(await asked('conversations.info', 'C0PAYMENTS')).toBe(1);
  });

  test('keeps its copy fresh by use: one that is older than an hour is read again', async () => {
    const { channels } = await synced();
    await notifier.database.query(`update notifier.directory_lists set synced_at = synced_at - interval '61 minutes' where connection_id = $1 and list = 'channels'`, [connection.id]);
    await pick('q=general');
    await eventually(async () => Date.parse((await synced()).channels.syncedAt ?? '') > Date.parse(channels.syncedAt ?? ''));
  });

  test('answers from its copy while connector and Slack are away', async () => {
    notifier.peers.away = true;
    expect((await pick('q=general')).items).toHaveLength(1);
    notifier.peers.away = false;
  });

  test.each([
    ['a kind that does not exist', 'kind=robot', 'kind'],
    ['a limit beyond 200', 'limit=500', 'limit'],
    ['a limit that is not written in digits', 'limit=1e2', 'limit'],
    ['a limit with a blank before it', 'limit=%2010', 'limit'],
    ['an unknown parameter', 'query=x', 'query'],
  ])('refuses %s', async (_, query, parameter) => {
    const { status: code, body } = await notifier.call<Problem>('GET', `/v1/connections/${connection.id}/destinations?${query}`);
    expect([code, body.errors?.[0]?.parameter]).toEqual([400, parameter]);
  });

  test('of another organization’s connection is a 404, and needs a permission', async () => {
    for (const path of ['destinations', 'directory']) {
      expect((await notifier.call('GET', `/v1/connections/${connection.id}/${path}`, { organization: 'globex' })).status).toBe(404);
      expect((await notifier.call('GET', `/v1/connections/${connection.id}/${path}`, { roles: ['viewer'] })).status).toBe(403);
    }
  });
});

describe('whom a message would mention', () => {
  async function people(organizationId: string, connectionId: string, emails: readonly string[]): Promise<string[] | undefined> {
    const found = await notifier.asPeer('issues').post<{ ids: string[] }>('notifier', '/internal/people', { organizationId, connectionId, emails });
    return found?.ids;
  }

  test('is told to issues by id, as the message will have it: whoever the workspace knows', async () => {
    await synced();
    expect(await people('acme', connection.id, ['NOA@acme.test', 'alice@acme.test', 'nobody@acme.test', ''])).toEqual(['U0ALICE001', 'U0NOA00001']);
  });

  test('is told of no workspace that the organization does not have, and to nobody but services', async () => {
    expect(await people('globex', connection.id, ['alice@acme.test'])).toBeUndefined();
    expect(await people('acme', 'no-such-connection', ['alice@acme.test'])).toBeUndefined();
    const body = { organizationId: 'acme', connectionId: connection.id, emails: ['alice@acme.test'] };
    expect((await notifier.call('POST', '/internal/people', { body })).status).toBe(401);
  });
});

describe('of a workspace that was disconnected', () => {
  const ROUTES = [['GET', 'destinations'], ['GET', 'used-destinations'], ['GET', 'directory'], ['POST', 'directory/sync']] as const;
  let left: ConnectionChanged;

  beforeAll(async () => {
    left = await notifier.connect();
    await eventually(async () => (await status(left.id)).state === 'idle', { timeout: 30_000 });
    await notifier.connect({ id: left.id, version: left.version + 1, disconnected: true });
    await eventually(async () => (await notifier.database.query(`select 1 from notifier.connections where connection_id = $1 and state = 'disconnected'`, [left.id])).length === 1);
  }, 60_000);

  test.each(ROUTES)('%s %s says that it is not there, and does nothing', async (method, path) => {
    const { status: code, body } = await notifier.call<Problem>(method, `/v1/connections/${left.id}/${path}`);
    expect([code, body.detail]).toEqual([404, `There is no connection "${left.id}" in your organization.`]);
    expect(await notifier.database.query(`select 1 from notifier.audit where action = 'directory.sync-requested' and target->>'id' = $1`, [left.id])).toEqual([]);
  });

  test('nothing is lost: it is there as soon as it is connected again, also before its news has come', async () => {
    await notifier.connect({ id: left.id, version: left.version + 2 }, { silently: true });
    for (const [method, path] of ROUTES) expect((await notifier.call(method, `/v1/connections/${left.id}/${path}`)).status).toBe(method === 'GET' ? 200 : 202);
  });
});

describe('the directory', () => {
  test('of a large workspace comes page by page, and says how far it is', async () => {
    await notifier.control('directory', { channels: 450, people: 300 });
    expect((await notifier.call<DirectoryStatus>('POST', `/v1/connections/${connection.id}/directory/sync`)).body.state).toBe('syncing');
    await eventually(async () => (await pick('q=team-000441')).items.length === 1, { timeout: 30_000 });
    const partial = await status();
    expect(partial.channels.have).toBeGreaterThan(400);
    await eventually(async () => (await status()).people.have > 250, { timeout: 30_000 });
    await eventually(async () => (await status()).state === 'idle', { timeout: 30_000 });
  }, 60_000);

  test('delays no message and no look-up, however many lists hang at Slack', async () => {
    await notifier.control('faults', { method: 'users.conversations', latencyMs: 4000, times: 4 });
    const others = await Promise.all(Array.from({ length: 4 }, () => notifier.connect({ appId: 'A0HANGING1' })));
    await eventually(async () => (await notifier.database.query(`select 1 from notifier.directory_lists where leased_until > clock_timestamp()`)).length >= 4);
    const ids = await notifier.sendAll(['C0GENERAL1', 'C0SECALERT', 'C0EXTPARTN'].map((id) => ({ connectionId: connection.id, destination: { id } })));
    for (const id of ids) expect(await notifier.settled(id, 2500)).toMatchObject({ state: 'posted' });
    expect(await asked('conversations.info', 'C0NOSUCHTHREE')).toBe(0);
    await pick('q=C0NOSUCHTHREE');
    expect(await asked('conversations.info', 'C0NOSUCHTHREE')).toBe(1);
    expect((await Promise.all(others.map(({ id }) => status(id)))).filter(({ state }) => state === 'syncing').length).toBeGreaterThan(0);
    await notifier.control('faults', { reset: true });
    for (const { id } of others) await eventually(async () => (await status(id)).state === 'idle', { timeout: 30_000 });
  }, 90_000);

  test('waits when Slack says so, tells until when, and goes on', async () => {
    await notifier.control('faults', { method: 'users.list', status: 429, retryAfter: 1, times: 1 });
    const other = await notifier.connect({ organizationId: 'globex' }, { token: 'xoxb-sandbox-globex' });
    const paused = await eventually(async () => {
      const { body } = await notifier.call<DirectoryStatus>('GET', `/v1/connections/${other.id}/directory`, { organization: 'globex' });
      return body.state === 'paused' && body;
    });
    expect(paused).toMatchObject({ reason: expect.stringContaining('slow down'), resumesAt: expect.any(String) });
    await eventually(async () => (await notifier.call<DirectoryStatus>('GET', `/v1/connections/${other.id}/directory`, { organization: 'globex' })).body.state === 'idle');
  }, 20_000);

  test('that is asked for again in the middle of a page begins again at once', async () => {
    await notifier.control('faults', { method: 'users.conversations', latencyMs: 500, times: 1 });
    await notifier.call('POST', `/v1/connections/${connection.id}/directory/sync`);
    await eventually(async () => (await notifier.database.query(`select 1 from notifier.directory_lists where connection_id = $1 and list = 'member-channels' and leased_until > clock_timestamp()`, [connection.id])).length === 1);
    await notifier.call('POST', `/v1/connections/${connection.id}/directory/sync`);
    const startedAt = performance.now();
    await eventually(async () => (await status()).state === 'idle', { timeout: 20_000 });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  }, 30_000);

  test('of which one list cannot be read has the other, and names the scope that is missing', async () => {
    await notifier.control('faults', { method: 'users.list', times: 1, body: { ok: false, error: 'missing_scope', needed: 'users:read', provided: 'chat:write' } });
    const partial = await notifier.connect({ appId: 'A0PARTIAL1' });
    const failed = await eventually(async () => {
      const now = await status(partial.id);
      return now.state === 'failed' && now.channels.complete && now;
    });
    expect(failed).toMatchObject({ people: { complete: false }, reason: expect.stringContaining('users:read') });
    expect(await pick('q=general&kind=channel', partial.id)).toMatchObject({ items: [{ id: 'C0GENERAL1' }], complete: true });
    expect(await pick('q=general', partial.id)).toMatchObject({ complete: false, reason: expect.stringContaining('users:read') });
  });

  test('begins a list again whose cursor has expired', async () => {
    await notifier.control('faults', { method: 'conversations.list', error: 'invalid_cursor', times: 1 });
    await notifier.call('POST', `/v1/connections/${connection.id}/directory/sync`);
    await synced();
    expect(await notifier.database.query(`select restarts from notifier.directory_lists where connection_id = $1 and list = 'channels'`, [connection.id])).toEqual([{ restarts: 1 }]);
  });

  test('goes on after a restart where it was', async () => {
    await notifier.control('faults', { method: 'users.list', status: 429, retryAfter: 2, times: 1 });
    await notifier.call('POST', `/v1/connections/${connection.id}/directory/sync`);
    await eventually(async () => (await notifier.database.query(`select 1 from notifier.directory_lists where connection_id = $1 and state = 'paused'`, [connection.id])).length === 1);
    await notifier.close();
    await notifier.open();
    await synced();
  }, 30_000);

  test('of a credential that Slack refuses waits, tells connector, and goes on by itself after re-connection', async () => {
    const token = 'xoxb-sandbox-acme-no-email';
    await notifier.control('tokens', { token, revoked: true });
    const revoked = await notifier.connect({ appId: 'A0REVOKED1' }, { token });
    await eventually(async () => (await status(revoked.id)).state === 'failed');
    await eventually(() => notifier.heard.some(({ type, data }) => type === 'connection.reported.v1' && data.connectionId === revoked.id && data.slackError === 'token_revoked'));
    await notifier.control('tokens', { token, state: 'active' });
    await notifier.connect({ id: revoked.id, appId: 'A0REVOKED1', version: 2, credentialVersion: 2 }, { token });
    await synced(revoked.id);
  });

  test('that cannot be read says why, and the picker too', async () => {
    const broken = await notifier.connect({ appId: 'A0BROKEN01' }, { token: 'xoxb-sandbox-nobody' });
    const failed = await eventually(async () => {
      const now = await status(broken.id);
      return now.state === 'failed' && now;
    });
    expect(failed.reason).toEqual(expect.any(String));
    expect(await pick('q=', broken.id)).toEqual({ items: [], complete: false, reason: failed.reason });
  });

  test('forgets channels and people that are gone, and follows a new name', async () => {
    await notifier.control('channels', { id: 'C0SECINTER', member: false });
    await notifier.control('channels', { id: 'C0PAYMENTS', rename: 'payments-team' });
    await notifier.call('POST', `/v1/connections/${connection.id}/directory/sync`);
    await eventually(async () => (await pick('q=payments-team')).items.length === 1);
    await eventually(async () => (await pick('q=sec-internal')).items.length === 0, { timeout: 20_000 });
    await notifier.control('channels', { id: 'C0SECINTER', member: true });
    await notifier.control('channels', { id: 'C0PAYMENTS', rename: 'payments' });
  }, 40_000);
});
