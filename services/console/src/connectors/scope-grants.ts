/** Which scopes are granted: as VERIFY CONNECTIVITY found out, or as a connection has them. */
import type { Connection, ConnectivityCheckView } from '@tocsin/contracts';
import { REQUIRED_SCOPES, SLACK_SCOPES } from '@tocsin/domain';

export type Grant = 'granted' | 'missing' | 'unknown';

/** @returns undefined when the checks never came to the scopes */
export function grantsOfChecks(checks: readonly ScopeCheck[] | undefined): ReadonlyMap<string, Grant> | undefined {
  const found = SLACK_SCOPES.flatMap(({ name }): [string, Grant][] => {
    const check = checks?.find(({ id }) => id === `scope.${name}`);
    return check ? [[name, grantOfCheck(name, check)]] : [];
  });
  return found.length === 0 ? undefined : new Map(found);
}

type ScopeCheck = Pick<ConnectivityCheckView, 'id' | 'status' | 'message'>;

/** A warning is also how an optional scope is said to be missing; only its message tells that from one that could not be found out. */
function grantOfCheck(name: string, { status, message }: ScopeCheck): Grant {
  if (status === 'passed') return 'granted';
  return status === 'failed' || message.startsWith(`${name} is not granted`) ? 'missing' : 'unknown';
}

/**
 * Slack tells scopes as one list, and a connection keeps of it only which required ones are missing. As long as one of those is
 * open there was no list, so that an optional one that is not among the granted is open, too.
 */
export function grantsOfConnection({ scopes, missingScopes }: Pick<Connection, 'scopes' | 'missingScopes'>): ReadonlyMap<string, Grant> {
  const isTold = REQUIRED_SCOPES.every((name) => scopes.includes(name) || missingScopes.includes(name));
  return new Map(SLACK_SCOPES.map(({ name }) => [name, scopes.includes(name) ? 'granted' : isTold || missingScopes.includes(name) ? 'missing' : 'unknown']));
}

/** Scopes that the app was granted and Tocsin does not need. */
export function scopesBeyond(scopes: readonly string[]): string[] {
  const ours: readonly string[] = SLACK_SCOPES.map(({ name }) => name);
  return scopes.filter((scope) => !ours.includes(scope));
}

export function grantWord(grant: Grant, required: boolean): { sign: string; word: string; status: 'passed' | 'failed' | 'warning' } {
  if (grant === 'granted') return { sign: '✓', word: 'granted', status: 'passed' };
  if (grant === 'unknown') return { sign: '?', word: 'not known', status: 'warning' };
  return required ? { sign: '✗', word: 'missing', status: 'failed' } : { sign: '–', word: 'not granted', status: 'warning' };
}
