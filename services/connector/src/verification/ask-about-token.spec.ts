import { expect, test } from '@jest/globals';

import { failureOfCode, type SlackFailure } from '@tocsin/domain';
import type { SlackAnswer } from '@tocsin/slack';

import { askAboutToken, type KnownScopes } from './ask-about-token.js';

const REQUIRED = ['chat:write', 'channels:read', 'groups:read', 'users:read', 'users:read.email'];
const WITHOUT_EMAIL = REQUIRED.filter((name) => name !== 'users:read.email');
const identity = { workspace: { id: 'T1', name: 'Acme', url: 'https://acme.slack.com' }, bot: { id: 'B1', userId: 'U1', name: 'tocsin' }, isEnterpriseInstall: false };

type Door = Parameters<typeof askAboutToken>[0];

/** A door that counts what it is asked, beside auth.test. @param refusals by method */
function door(header: readonly string[] | undefined, refusals: Partial<Record<string, SlackFailure>> = {}): { door: Door; asked: string[] } {
  const asked: string[] = [];
  const answer = <T>(method: string, value: T) => (): Promise<SlackAnswer<T>> => {
    asked.push(method);
    const failure = refusals[method];
    return Promise.resolve(failure ? { ok: false, failure } : { ok: true, value });
  };
  const nobody = { id: 'U2', name: 'n', displayName: 'n', realName: 'n', isDeactivated: false, isBot: false, isGuest: false };
  return {
    asked,
    door: {
      authTest: () => Promise.resolve(refusals.authTest ? { ok: false, failure: refusals.authTest } : { ok: true, value: identity, ...(header && { scopes: header }) }),
      listChannels: answer('listChannels', { items: [] }), listPeople: answer('listPeople', { items: [] }), lookupByEmail: answer('lookupByEmail', nobody), deleteMessage: answer('deleteMessage', { channel: 'C1', ts: '1' }),
    },
  };
}

const KNOWN: KnownScopes = { scopes: [...REQUIRED, 'chat:write.public'], missingScopes: [] };
const LACKING: KnownScopes = { scopes: [...WITHOUT_EMAIL, 'chat:write.public'], missingScopes: ['users:read.email'] };

test.each<[string, readonly string[] | undefined, KnownScopes, { scopes: string[]; missingScopes: string[] }]>([
  ['the header names all', [...REQUIRED, 'chat:write.public'], KNOWN, { scopes: [...REQUIRED, 'chat:write.public'], missingScopes: [] }],
  ['the header lacks one', WITHOUT_EMAIL, KNOWN, { scopes: WITHOUT_EMAIL, missingScopes: ['users:read.email'] }],
  ['one was granted meanwhile', REQUIRED, LACKING, { scopes: REQUIRED, missingScopes: [] }],
  ['no header arrives, and none was missing', undefined, KNOWN, { scopes: [...KNOWN.scopes], missingScopes: [] }],
])('one call is enough: %s', async (_, header, known, scopes) => {
  const { door: asking, asked } = door(header);
  expect(await askAboutToken(asking, known)).toEqual({ found: { identity, ...scopes } });
  expect(asked).toEqual([]);
});

test('without the header, what was missing is tried, and what was known to be there stays', async () => {
  expect(await askAboutToken(door(undefined).door, LACKING)).toEqual({ found: { identity, scopes: [...LACKING.scopes, 'users:read.email'], missingScopes: [] } });
  const still = door(undefined, { lookupByEmail: failureOfCode('missing_scope', { needed: 'users:read.email' }) });
  expect(await askAboutToken(still.door, LACKING)).toEqual({ found: { identity, ...LACKING } });
});

test('a refusal is told as it is', async () => {
  const failure = failureOfCode('token_revoked');
  expect(await askAboutToken(door(undefined, { authTest: failure }).door, KNOWN)).toEqual({ failure });
});
