/** Which scopes are granted: as VERIFY CONNECTIVITY found out, or as a connection has them. */
import type { Connection, ConnectivityCheckView } from '@tocsin/contracts';
import { SLACK_SCOPES } from '@tocsin/domain';

export type Grant = 'granted' | 'missing' | 'unknown';

/** @returns undefined when the checks never came to the scopes */
export function grantsOfChecks(checks: readonly Pick<ConnectivityCheckView, 'id' | 'status'>[] | undefined): ReadonlyMap<string, Grant> | undefined {
  const found = SLACK_SCOPES.flatMap(({ name, required }): [string, Grant][] => {
    const status = checks?.find(({ id }) => id === `scope.${name}`)?.status;
    if (status === undefined) return [];
    // of a required scope a warning says that it could not be found out, of an optional one that it is not there
    return [[name, status === 'passed' ? 'granted' : status === 'warning' && required ? 'unknown' : 'missing']];
  });
  return found.length === 0 ? undefined : new Map(found);
}

export function grantsOfConnection({ scopes, missingScopes }: Pick<Connection, 'scopes' | 'missingScopes'>): ReadonlyMap<string, Grant> {
  return new Map(SLACK_SCOPES.map(({ name, required }) => [name, scopes.includes(name) ? 'granted' : missingScopes.includes(name) || !required ? 'missing' : 'unknown']));
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
