/**
 * Who is signed in: the bearer token of this tab, and what it says. The claims are read for display and for disabling
 * controls only; the services check the token themselves.
 */
import { useSyncExternalStore } from 'react';

import { permissionsOf, type Permission } from '@tocsin/domain';

import { readClaims, type Claims } from './claims.js';

const KEY = 'tocsin.token';
const listeners = new Set<() => void>();

let current: { token: string; claims: Claims } | undefined = read(window.sessionStorage.getItem(KEY));

function read(token: string | null): typeof current {
  const claims = token === null ? undefined : readClaims(token);
  return token === null || claims === undefined ? undefined : { token, claims };
}

let refused = false;

function set(next: typeof current): void {
  refused = false;
  if (next) window.sessionStorage.setItem(KEY, next.token);
  else window.sessionStorage.removeItem(KEY);
  current = next;
  for (const listener of listeners) listener();
}

export const session = {
  token: (): string | undefined => current?.token,
  /** @returns false when `token` is not a token that tells who it is of */
  begin: (token: string): boolean => {
    const next = read(token.trim());
    if (next) set(next);
    return next !== undefined;
  },
  end: (): void => { set(undefined); },
  /** Ends the session of `token`; a late refusal of an older token does not end a newer session. */
  expire: (token: string): void => {
    if (current?.token !== token) return;
    set(undefined);
    refused = true;
  },
  /** Whether the last session ended because its token was refused. */
  wasRefused: (): boolean => refused,
  /** Tells whenever the token has changed. @returns what ends it */
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  },
};

/** Undefined when nobody is signed in. */
export function useClaims(): Claims | undefined {
  return useSyncExternalStore(session.subscribe, () => current)?.claims;
}

export function useCan(permission: Permission): boolean {
  return permissionsOf(useClaims()?.roles ?? []).has(permission);
}
