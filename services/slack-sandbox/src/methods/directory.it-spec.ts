import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { NO_EMAIL, runningSandbox, type RunningSandbox } from '../../test/running-sandbox.js';

let sandbox: RunningSandbox;
beforeAll(async () => { sandbox = await runningSandbox(); });
afterEach(async () => { await sandbox.reset(); });
afterAll(async () => { await sandbox.close(); });

interface Listed {
  id: string;
  name: string;
  [field: string]: unknown;
}

async function list(method: string, args: Record<string, unknown> = {}): Promise<Listed[]> {
  const { body } = await sandbox.call(method, args);
  return (body.channels ?? body.members) as Listed[];
}
const names = (items: Listed[]): string[] => items.map(({ name }) => name);

const BOTH = 'public_channel,private_channel';

describe('channels', () => {
  test.each<[string, string, Record<string, unknown>, string[]]>([
    ['public ones unless asked otherwise', 'conversations.list', {}, ['general', 'sec-alerts', 'payments', 'old-team', 'ext-partner']],
    ['private ones only where the app is in', 'conversations.list', { types: BOTH }, ['general', 'sec-alerts', 'payments', 'old-team', 'sec-internal', 'ext-partner']],
    ['archived ones left out', 'conversations.list', { types: BOTH, exclude_archived: 'true' }, ['general', 'sec-alerts', 'payments', 'sec-internal', 'ext-partner']],
    ['those that the app is in', 'users.conversations', { types: BOTH }, ['general', 'sec-alerts', 'sec-internal', 'ext-partner']],
    ['those that a person is in, as far as the app can see', 'users.conversations', { types: BOTH, user: 'U0ALICE001' }, ['general', 'sec-alerts', 'payments', 'old-team', 'sec-internal', 'ext-partner']],
  ])('%s', async (_case, method, args, expected) => {
    expect(names(await list(method, args))).toEqual(expected);
  });

  test.each<[string, Record<string, unknown>]>([
    ['general', { is_general: true, is_private: false, is_member: true, is_archived: false, is_ext_shared: false }],
    ['payments', { is_private: false, is_member: false, is_archived: false, is_ext_shared: false }],
    ['old-team', { is_private: false, is_member: false, is_archived: true }],
    ['sec-internal', { is_private: true, is_member: true, is_archived: false }],
    ['ext-partner', { is_private: false, is_member: true, is_ext_shared: true, is_shared: true }],
  ])('#%s says what it is', async (name, flags) => {
    const channel = (await list('conversations.list', { types: BOTH })).find((one) => one.name === name);
    expect(channel).toMatchObject(flags);
    expect(channel?.id).toMatch(/^C[A-Z0-9]{6,20}$/);
  });

  test.each([
    ['conversations.info', { channel: 'C0BOARD001' }, 'channel_not_found'],
    ['conversations.info', { channel: '#general' }, 'channel_not_found'],
    ['conversations.info', {}, 'channel_not_found'],
    ['conversations.members', { channel: 'C0BOARD001' }, 'channel_not_found'],
    ['conversations.list', { types: 'secret_channel' }, 'invalid_types'],
    ['conversations.list', { cursor: 'bm9uc2Vuc2U=' }, 'invalid_cursor'],
    ['conversations.list', { limit: 5000 }, 'invalid_limit'],
    ['users.conversations', { user: 'U0NOBODY01' }, 'user_not_found'],
  ])('%s %j is refused: %s', async (method, args, error) => {
    expect((await sandbox.call(method, args)).body.error).toBe(error);
  });

  test('members, people and bots alike', async () => {
    const { body } = await sandbox.call('conversations.members', { channel: 'C0SECINTER' });
    expect(body.members).toEqual(expect.arrayContaining(['U0ALICE001', 'U0BOB00001', 'U0NOA00001', 'U0OWNAPPACME']));
  });

  test('how many members there are is told on request', async () => {
    const { body } = await sandbox.call('conversations.info', { channel: 'C0PAYMENTS', include_num_members: 'true' });
    expect(body.channel).toMatchObject({ num_members: 3 });
  });
});

describe('people', () => {
  test('everybody is listed, the deactivated and the bots marked', async () => {
    const people = await list('users.list');
    expect(people.find(({ name }) => name === 'alice')).toMatchObject({ id: 'U0ALICE001', deleted: false, is_bot: false, profile: { email: 'alice@acme.test', real_name: 'Alice Adams' } });
    expect(people.filter(({ deleted }) => deleted).map(({ name }) => name)).toEqual(['gil']);
    expect(people.filter(({ is_bot }) => is_bot).map(({ name }) => name)).toEqual(expect.arrayContaining(['buildbot', 'tocsin-own']));
    expect(people.find(({ id }) => id === 'USLACKBOT')).toMatchObject({ is_bot: false });
  });

  test('without users:read.email nobody has an address', async () => {
    const { body } = await sandbox.call('users.list', {}, NO_EMAIL);
    expect(JSON.stringify(body)).not.toContain('@acme.test');
  });

  test.each([
    ['users.lookupByEmail', { email: 'bob@acme.test' }, 'U0BOB00001'],
    ['users.lookupByEmail', { email: ' Bob@ACME.test ' }, 'U0BOB00001'],
    ['users.info', { user: 'U0BOB00001' }, 'U0BOB00001'],
    ['users.info', { user: 'U0GONE0001' }, 'U0GONE0001'],
  ])('%s %j finds %s', async (method, args, id) => {
    expect((await sandbox.call(method, args)).body.user).toMatchObject({ id });
  });

  test.each([
    ['users.lookupByEmail', { email: 'nobody@acme.test' }, 'users_not_found'],
    ['users.lookupByEmail', { email: 'gil@acme.test' }, 'users_not_found'],
    ['users.lookupByEmail', {}, 'users_not_found'],
    ['users.info', { user: 'U0NOBODY01' }, 'user_not_found'],
  ])('%s %j is refused: %s', async (method, args, error) => {
    expect((await sandbox.call(method, args)).body.error).toBe(error);
  });
});

describe('a large workspace', () => {
  test('grows by channels and people, of which the app is in some', async () => {
    expect((await sandbox.control('directory', { channels: 40, people: 1200 })).body).toEqual({ channels: 47, people: 1208 });
    expect(names(await list('users.conversations'))).toEqual(['general', 'sec-alerts', 'ext-partner', 'team-000020', 'team-000040']);
    await sandbox.control('directory', { channels: 1 });
    expect(names(await list('conversations.list', { limit: 1000 }))).toContain('team-000041');
  });

  test('people are not listed at once', async () => {
    await sandbox.control('directory', { people: 1200 });
    expect((await sandbox.call('users.list')).body.error).toBe('limit_required');
  });

  test('everything is found page by page, over short and empty pages', async () => {
    await sandbox.control('limits', { tiers: false });
    await sandbox.control('directory', { channels: 45 });
    const sizes: number[] = [];
    const found = new Set<string>();
    let cursor = '';
    do {
      const { body } = await sandbox.call('conversations.list', { limit: 20, types: BOTH, ...(cursor !== '' && { cursor }) });
      const page = body.channels as Listed[];
      sizes.push(page.length);
      page.forEach(({ id }) => found.add(id));
      cursor = (body.response_metadata as { next_cursor: string }).next_cursor;
    } while (cursor !== '');
    expect(sizes).toEqual([19, 0, 20, 12]);
    expect(found.size).toBe(51);
  });

  test('the twenty-first list in a minute is refused for as long as Retry-After says', async () => {
    const calls = await Promise.all(Array.from({ length: 21 }, () => sandbox.call('users.list', { limit: 10 })));
    const refused = calls.filter(({ status }) => status === 429);
    expect(refused.map(({ body }) => body)).toEqual([{ ok: false, error: 'ratelimited' }]);
    const wait = Number(refused[0]?.headers.get('retry-after'));
    expect(wait).toBe(3);
    expect((await sandbox.call('conversations.list')).status).toBe(200);
    sandbox.pass(wait);
    expect((await sandbox.call('users.list', { limit: 10 })).status).toBe(200);
  });
});
