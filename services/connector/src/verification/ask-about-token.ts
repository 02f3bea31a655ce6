/**
 * Asks Slack about a token that is known: one call, which Slack allows hundreds of a minute. Only where the header with
 * the scopes does not arrive and one was missing, the missing ones are tried.
 */
import type { SlackDoor } from '@tocsin/slack';

import { findScopes, grantedScopes, knownMissingScopes, type ScopeProbe } from './find-scopes.js';
import type { Verification } from './verify-token.js';

/** What is known of a token after Slack was asked. */
export type Finding = Pick<Verification, 'found' | 'failure'>;

export interface KnownScopes {
  scopes: readonly string[];
  missingScopes: readonly string[];
}

/** @returns whose the token is and what it was granted, or why Slack would not say */
export async function askAboutToken(door: ScopeProbe & Pick<SlackDoor, 'authTest'>, known: KnownScopes): Promise<Finding> {
  const answer = await door.authTest();
  if (!answer.ok) return { failure: answer.failure };
  return { found: { identity: answer.value, ...(await scopesOf(door, answer.scopes, known)) } };
}

async function scopesOf(door: ScopeProbe, header: readonly string[] | undefined, known: KnownScopes): Promise<{ scopes: string[]; missingScopes: string[] }> {
  const { scopes, missingScopes } = known;
  if (header === undefined && missingScopes.length === 0) return { scopes: [...scopes], missingScopes: [] };
  const found = await findScopes(door, header);
  if (header !== undefined) return { scopes: grantedScopes(found), missingScopes: knownMissingScopes(found) };
  const granted = missingScopes.filter((name) => found.get(name) === true);
  return { scopes: [...scopes, ...granted], missingScopes: missingScopes.filter((name) => !granted.includes(name)) };
}
