/**
 * Turns a bearer token into a caller: a JWT of the OIDC issuer, or an API key that connector knows. A verified token is
 * remembered by its hash for at most 60 seconds, never beyond its own expiry.
 */
import { createHash } from 'node:crypto';

import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';

import { permissionsOf } from '@tocsin/domain';

import type { Caller } from './caller.js';

export const API_KEY_PREFIX = 'tocsin_';
const REMEMBERED_MS = 60_000;
/** Ours are a quarter as long; a longer text is none and need not be asked about. */
const API_KEY_MAX = 200;
/** As long as messages may have them: what is sent for somebody whose name is longer, or blank, would be refused after it was accepted. */
const NAME_MAX = 320;
const ORGANIZATION_MAX = 128;

/** Where the keys of the issuer come from. */
export interface TokenIssuer {
  issuer: string;
  audience?: string | undefined;
  keys: JWTVerifyGetKey;
}

/** Looks up an API key; undefined when there is no such key, or it expired or was deleted. */
export type ApiKeyLookup = (key: string) => Promise<Caller | undefined>;

export class InvalidToken extends Error {}

export class TokenVerifier {
  private readonly verified = new LRUCache<string, Caller>({ max: 10_000 });

  constructor(private readonly issuer: TokenIssuer | undefined, private readonly lookUpApiKey: ApiKeyLookup) {}

  /** @throws InvalidToken with a reason that may be shown; other errors mean that the issuer or connector could not be asked */
  async verify(token: string): Promise<Caller> {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.verified.get(hash);
    if (known) return known;
    const forgottenAt = Date.now() + REMEMBERED_MS;
    const caller = token.startsWith(API_KEY_PREFIX) ? await this.verifyApiKey(token, forgottenAt) : await this.verifyJwt(token);
    const ttl = Math.min(forgottenAt, caller.verifiedUntil ?? forgottenAt) - Date.now();
    if (ttl > 0) this.verified.set(hash, caller, { ttl });
    return caller;
  }

  private async verifyApiKey(key: string, forgottenAt: number): Promise<Caller> {
    const caller = key.length > API_KEY_MAX ? undefined : await this.lookUpApiKey(key);
    if (!caller) throw new InvalidToken('The API key is unknown, expired or deleted.');
    return { ...caller, name: isName(caller.name) ? caller.name : caller.id, verifiedUntil: Math.min(forgottenAt, caller.expiresAt ?? forgottenAt) };
  }

  private async verifyJwt(token: string): Promise<Caller> {
    if (!this.issuer) throw new InvalidToken('No token issuer is set up: OIDC_ISSUER is missing.');
    const { issuer, audience, keys } = this.issuer;
    try {
      const { payload } = await jwtVerify(token, keys, { requiredClaims: ['exp'], issuer, ...(audience !== undefined && { audience }), clockTolerance: 5 });
      const expiresAt = payload.exp === undefined ? undefined : payload.exp * 1000;
      return { ...callerFrom(payload), expiresAt, verifiedUntil: expiresAt };
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new InvalidToken('The token has expired. Sign in again.');
      if (isOfIssuer(error)) throw error;
      throw new InvalidToken('The token is not valid here.');
    }
  }
}

/** Its keys could not be had, which says nothing about the token. */
function isOfIssuer(error: unknown): boolean {
  return !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === errors.JOSEError.code;
}

function callerFrom(payload: JWTPayload): Caller {
  const { sub, email, organization, roles } = payload as JWTPayload & { email?: unknown; organization?: unknown; roles?: unknown };
  if (typeof sub !== 'string' || sub.trim() === '') throw new InvalidToken('The token has no "sub".');
  if (sub.length > NAME_MAX) throw new InvalidToken(`The "sub" of the token is longer than ${NAME_MAX} characters.`);
  if (typeof organization === 'string' && organization.length > ORGANIZATION_MAX) throw new InvalidToken(`The claim "organization" of the token is longer than ${ORGANIZATION_MAX} characters.`);
  const roleNames = Array.isArray(roles) ? roles.filter((role): role is string => typeof role === 'string') : [];
  return {
    kind: 'user',
    id: sub,
    name: isName(email) ? email : sub,
    organizationId: typeof organization === 'string' ? organization : '',
    permissions: permissionsOf(roleNames),
  };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= NAME_MAX;
}

/** Keys of an OIDC issuer, found by discovery at the first use and fetched anew when an unknown key appears. */
export function remoteKeys(issuer: string): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const discover = async (): Promise<JWTVerifyGetKey> => {
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(address, { signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`${address} answers ${response.status}`);
    const { jwks_uri } = (await response.json()) as { jwks_uri?: unknown };
    if (typeof jwks_uri !== 'string') throw new Error(`${address} names no jwks_uri`);
    return createRemoteJWKSet(new URL(jwks_uri));
  };
  return async (header, token) => {
    keys ??= discover().catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return (await keys)(header, token);
  };
}
