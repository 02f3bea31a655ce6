/**
 * Every answer of Slack that the fixtures hold, official example or recording, over a real connection with its status and
 * headers through the door: a value in our words, or a failure of its family. What the door does not call is read by the
 * method that is most like it, since a proxy or a change of Slack's may mix them up as well.
 */
import { readFileSync, readdirSync } from 'node:fs';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { AnsweringServer, answering } from '../test/answering-server.js';
import { CALLS, readerOf, type Method } from '../test/door-calls.js';
import { closeSlackConnections, SlackDoor, type SlackAnswer } from './index.js';

let slack: AnsweringServer;

beforeAll(async () => {
  slack = await AnsweringServer.start();
});

afterEach(() => {
  slack.received = [];
});

afterAll(async () => {
  await closeSlackConnections();
  await slack.stop();
});

function door(): SlackDoor {
  return new SlackDoor({ baseUrl: slack.baseUrl, token: 'xoxb-sandbox-test', deadlines: { connectMs: 5000, totalMs: 5000 } });
}

const FIXTURES = new URL('../fixtures/', import.meta.url);

function fixture(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, FIXTURES), 'utf8'));
}

function namesIn(folder: string): string[] {
  return readdirSync(new URL(folder, FIXTURES)).filter((name) => name.endsWith('.json')).map((name) => name.replace(/\.json$/, '')).sort();
}

type Expected = { ok: true; value: unknown } | { ok: false; failure: object };

const value = (expected: unknown): Expected => ({ ok: true, value: expected });
const refused = (kind: string, code: string, more: object = {}): Expected => ({ ok: false, failure: { family: 'refused', kind, code, ...more } });
/** It lacks what answers of the method that reads it always have. */
const ALIEN: Expected = { ok: false, failure: { family: 'unsure', code: 'unreadable_answer' } };

const GENERAL = { id: 'C012AB3CD', name: 'general', isPrivate: false, isShared: false, isArchived: false, isMember: true };
const RANDOM = { ...GENERAL, id: 'C061EG9T2', name: 'random' };
const CHANNELS = { items: [GENERAL, RANDOM], nextCursor: 'dGVhbTpDMDYxRkE1UEI=' };
const SPENGLER = { id: 'W012A3CDE', name: 'spengler', displayName: 'spengler', realName: 'Egon Spengler', email: 'spengler@ghostbusters.example.com', isDeactivated: false, isBot: false, isGuest: false };
const GLINDA = { ...SPENGLER, id: 'W07QCRPA4', name: 'glinda', displayName: 'Glinda the Fairly Good', realName: 'Glinda Southgood', email: 'glenda@south.oz.coven' };
const GRACE = { workspace: { id: 'T12345678', name: 'Subarachnoid Workspace', url: 'https://subarachnoid.slack.com' }, bot: { userId: 'W12345678', name: 'grace' }, isEnterpriseInstall: false };
const SOFTBALL = { token: 'xoxb-example', scopes: ['commands', 'incoming-webhook'], appId: 'A0KRD7HC3', botUserId: 'U0KRQLJ9H', workspace: { id: 'T9TK3CUKW', name: 'Slack Softball Team' } };

/** By method: what its good example becomes, and what its bad one. */
const OFFICIAL: Record<string, readonly [Expected, Expected]> = {
  'apps.uninstall': [value(true), refused('connection', 'invalid_auth')],
  'auth.revoke': [value(true), refused('connection', 'invalid_auth')],
  'auth.test': [value(GRACE), refused('connection', 'invalid_auth')],
  'bots.info': [ALIEN, refused('target', 'bot_not_found')],
  'chat.delete': [value({ channel: 'C024BE91L', ts: '1401383885.000061' }), refused('target', 'message_not_found')],
  'chat.getPermalink': [ALIEN, refused('target', 'channel_not_found')],
  'chat.postEphemeral': [ALIEN, refused('target', 'user_not_in_channel')],
  'chat.postMessage': [value({ channel: 'C1H9RESGL', ts: '1503435956.000247' }), refused('content', 'too_many_attachments')],
  'chat.update': [value({ channel: 'C024BE91L', ts: '1401383885.000061' }), refused('target', 'cant_update_message')],
  'conversations.info': [value(GENERAL), refused('target', 'channel_not_found')],
  'conversations.join': [value({ ...GENERAL, id: 'C061EG9SL' }), refused('target', 'is_archived')],
  'conversations.list': [value(CHANNELS), refused('connection', 'invalid_auth')],
  'conversations.open': [value({ ...GENERAL, id: 'D069C7QFK', name: 'D069C7QFK', isMember: false, isShared: true }), refused('target', 'channel_not_found')],
  'oauth.access': [ALIEN, refused('configuration', 'invalid_client_id')],
  'oauth.v2.access': [value(SOFTBALL), refused('configuration', 'invalid_client_id')],
  'team.info': [ALIEN, refused('connection', 'invalid_auth')],
  'users.conversations': [value(CHANNELS), refused('connection', 'invalid_auth')],
  'users.info': [value(SPENGLER), refused('target', 'user_not_found')],
  'users.list': [value({ items: [SPENGLER, GLINDA], nextCursor: 'dXNlcjpVMEc5V0ZYTlo=' }), refused('content', 'invalid_cursor')],
  'users.lookupByEmail': [value(SPENGLER), refused('target', 'users_not_found')],
};

describe('Slack’s own example answers', () => {
  test.each(Object.entries(OFFICIAL))('%s: the good one', async (method, [good]) => {
    const reader = readerOf(method);
    slack.reply = answering(fixture(`official/${method}.ok.json`));
    const answer = await CALLS[reader](door());
    if (good.ok) expect(answer).toEqual(good);
    else expect(answer).toMatchObject(good);
    expect(slack.received.map(({ path }) => path)).toEqual([`/api/${reader}`]);
  });

  test.each(Object.entries(OFFICIAL))('%s: the bad one, after which nothing is tried again', async (method, [, bad]) => {
    slack.reply = answering(fixture(`official/${method}.error.json`));
    const answer = await CALLS[readerOf(method)](door());
    expect(answer).toMatchObject(bad);
    expect(answer).toMatchObject({ failure: { message: expect.stringMatching(/\.$/), remedy: expect.stringMatching(/\.$/) } });
    expect(slack.received).toHaveLength(1);
  });

  test('each of them has its line here', () => {
    expect(namesIn('official')).toEqual(Object.keys(OFFICIAL).flatMap((method) => [`${method}.error`, `${method}.ok`]).sort());
  });
});

interface Recording {
  request: { uri: string; body: string };
  response: { status: number; headers: Record<string, string>; body: unknown };
}

function recordingsOf(name: string): Recording[] {
  return fixture(`recorded/${name}.json`) as Recording[];
}

function methodOf({ request }: Recording): string {
  return request.uri.replace(/^.*\/api\//, '');
}

const RUBYBOT = { workspace: { id: 'TDEADBEEF', name: 'team_name', url: 'https://rubybot.slack.com' }, bot: { id: 'B0J1L75DY', userId: 'UBAADFOOD', name: 'user_name' }, isEnterpriseInstall: false };
const TRAVIS = { workspace: { id: 'T04KB5WQH', name: 'acme', url: 'https://acme-test.slack.com' }, bot: { id: 'B0J1L75DY', userId: 'U0J1GAHN1', name: 'travis-ci' }, isEnterpriseInstall: false };
/** From before Slack shared channels: it does not say whether it is, so nobody relies on that it is not. */
const GROUP = { ...GENERAL, id: 'G0K7EV5A7', name: 'mpdm-acme--rubybot--player1-1', isPrivate: true, isShared: true };
const TOPIC = { ...GENERAL, id: 'C019CV63UTC', name: 'topic' };
const BOT = { id: 'U07KECJ77', name: 'name20', displayName: 'name20', realName: 'name21', isDeactivated: true, isBot: true, isGuest: false };
const page = (items: number, nextCursor?: string): Expected => value({ items, ...(nextCursor !== undefined && { nextCursor }) });

/** By recording: what each of its answers becomes; a page of a list by the number of its items. */
const RECORDED: Record<string, readonly Expected[]> = {
  '429_error': [value(TRAVIS)],
  auth_test_error: [refused('connection', 'not_authed')],
  auth_test_success: [value(RUBYBOT)],
  conversations_info: [page(1), value(GROUP)],
  conversations_setTopic: [value(TOPIC)],
  conversations_setTopic_one_page: [page(100, 'dGVhbTpDMDE5Q1Y1RFdNUQ=='), value({ ...TOPIC, id: 'C018Y6VH39D', name: '1' })],
  conversations_setTopic_paginated: [page(100, 'dGVhbTpDMDE5Q1Y1RFdNUQ=='), page(56), value(TOPIC)],
  ...Object.fromEntries(namesIn('recorded').filter((name) => name.startsWith('files_upload_v2')).map((name) => [name, recordingsOf(name).map(() => ALIEN)])),
  paginated_users_list: [...['U07518DTL', 'U0GPR6KDJ', 'U0HLFUZLJ', 'U0S0G028K', 'UPD8Z2E3T', 'U012SA9KW4R'].map((next) => page(5, btoa(`user:${next}`))), page(5)],
  rtm_connect: [ALIEN, ALIEN, refused('content', 'invalid_form_data'), refused('content', 'invalid_array_arg'), ALIEN],
  users_info: [page(35), value(BOT)],
  users_list: [page(35)],
  views_open_error: [refused('content', 'invalid_arguments', { details: ['[ERROR] failed to match all allowed schemas [json-pointer:/view]', '[ERROR] missing required field: type [json-pointer:/view]'] })],
};

describe('recorded answers', () => {
  const all = Object.keys(RECORDED).flatMap((name) => recordingsOf(name).map((recording, index) => [`${name} ${index + 1}: ${methodOf(recording)}`, recording, RECORDED[name]?.[index]] as const));

  test.each(all)('%s', async (_name, recording, expected) => {
    const { status, headers, body } = recording.response;
    const reader = readerOf(methodOf(recording));
    slack.reply = answering(body, headers, status);
    const answer = await CALLS[reader](door());
    expect(counted(answer)).toMatchObject(expected ?? {});
    if (answer.ok) expect(counted(answer)).toEqual({ ...expected, ...grantedBy(reader, headers) });
    expect(slack.received).toHaveLength(1);
  });

  test('each of them has its line here', () => {
    expect(namesIn('recorded')).toEqual(Object.keys(RECORDED).sort());
    expect(Object.entries(RECORDED).map(([name, expected]) => [name, expected.length])).toEqual(Object.keys(RECORDED).map((name) => [name, recordingsOf(name).length]));
  });
});

function counted(answer: SlackAnswer<unknown>): unknown {
  const items = answer.ok ? (answer.value as { items?: unknown[] }).items : undefined;
  return answer.ok && items ? { ...answer, value: { ...(answer.value as object), items: items.length } } : answer;
}

/** Answers to messages and lists are not asked for their scopes. */
const WITHOUT_SCOPES = /^(chat\.|conversations\.list$|users\.(conversations|list)$)/;

function grantedBy(reader: Method, headers: Record<string, string>): { scopes?: string[] } {
  const granted = headers['x-oauth-scopes'];
  return granted === undefined || WITHOUT_SCOPES.test(reader) ? {} : { scopes: granted.split(',') };
}

describe('recorded lists, page by page', () => {
  function play(name: string): Recording[] {
    const recordings = recordingsOf(name);
    slack.reply = (request, response) => {
      const asked = recordings.find((one) => one.request.uri.endsWith(request.path) && (new URLSearchParams(one.request.body).get('cursor') ?? '') === (request.form.get('cursor') ?? ''));
      answering(asked?.response.body ?? { ok: false, error: 'not_recorded' }, asked?.response.headers, asked?.response.status)(request, response);
    };
    return recordings;
  }

  test('people are read to the end, and who is no person is marked', async () => {
    const pages = play('paginated_users_list');
    const people = await readAll((cursor) => door().listPeople(cursor, 5));
    expect(slack.received).toHaveLength(pages.length);
    expect(people).toHaveLength(35);
    expect(people.filter(({ id }) => id === 'USLACKBOT')).toMatchObject([{ isBot: true }]);
  });

  test('a list without paging data is one page', async () => {
    play('users_list');
    expect(await readAll((cursor) => door().listPeople(cursor))).toHaveLength(35);
    expect(slack.received).toHaveLength(1);
  });

  test('channels are read to the end', async () => {
    play('conversations_setTopic_paginated');
    expect(await readAll((cursor) => door().listChannels(cursor))).toHaveLength(156);
    expect(slack.received.map(({ form }) => form.get('cursor'))).toEqual([null, 'dGVhbTpDMDE5Q1Y1RFdNUQ==']);
  });
});

async function readAll<T>(read: (cursor?: string) => Promise<SlackAnswer<{ items: T[]; nextCursor?: string }>>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const answer = await read(cursor);
    if (!answer.ok) throw new Error(answer.failure.code);
    all.push(...answer.value.items);
    cursor = answer.value.nextCursor;
  } while (cursor !== undefined);
  return all;
}
