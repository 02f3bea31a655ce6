/**
 * Signs tokens for whoever asks on this machine, so that the product can be tried without an identity provider. It speaks
 * OpenID Connect like any issuer; only loopback callers with a loopback name in `Host` get a token, so that no page of
 * another site can ask for one by a name that it made point here.
 */
import express, { type Request, type Response, type Router } from 'express';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';

import { ROLES } from '@tocsin/domain';
import type { TokenIssuer } from '@tocsin/platform';

const ALGORITHM = 'ES256';
const KEY_ID = 'development';
const LIFE = '12h';
const LOOPBACK_HOSTS = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const LOOPBACK_ADDRESSES = /^(?:127\.|::1$|::ffff:127\.)/;

export interface DevelopmentIssuer {
  tokenIssuer: TokenIssuer;
  router: Router;
}

/** @param keyText private key as a JWK, kept between starts so that tokens stay good */
export async function developmentIssuer(publicUrl: string, keyText: string): Promise<DevelopmentIssuer> {
  const { d: _, ...shown } = JSON.parse(keyText) as JWK;
  const key = await importJWK(JSON.parse(keyText) as JWK, ALGORITHM);
  const keys = { keys: [{ ...shown, kid: KEY_ID, alg: ALGORITHM, use: 'sig' }] };
  const router = express.Router();
  router.get('/.well-known/openid-configuration', (_request, response) => {
    response.json({ issuer: publicUrl, jwks_uri: `${publicUrl}/.well-known/jwks.json`, id_token_signing_alg_values_supported: [ALGORITHM], response_types_supported: ['token'], subject_types_supported: ['public'] });
  });
  router.get('/.well-known/jwks.json', (_request, response) => {
    response.json(keys);
  });
  router.post('/v1/dev/token', express.json({ limit: '10kb', type: () => true }), (request, response, next) => {
    const asked = isLocal(request) ? readBody(request.body) : 'Tokens are given on this machine only.';
    if (typeof asked === 'string') {
      refuse(response, isLocal(request) ? 400 : 403, asked);
      return;
    }
    sign(asked, publicUrl, key).then((token) => {
      response.set('Cache-Control', 'no-store').json({ token });
    }, next);
  });
  return { tokenIssuer: { issuer: publicUrl, keys: createLocalJWKSet(keys) }, router };
}

/** @returns a private key as JSON (JWK), to be kept */
export async function newIssuerKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return JSON.stringify(await exportJWK(privateKey));
}

interface Asked {
  user: string;
  organization: string;
  roles: string[];
}

function readBody(body: unknown): Asked | string {
  const { user, organization = 'acme', roles = ['admin'], ...unknown } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const [extra] = Object.keys(unknown);
  if (extra !== undefined) return `"${extra}" is not a known field; known are user, organization and roles.`;
  if (typeof user !== 'string' || user.trim() === '' || user.length > 254) return '"user" must be a name or an e-mail address.';
  if (typeof organization !== 'string' || organization.trim() === '' || organization.length > 128) return '"organization" must be a text.';
  if (!Array.isArray(roles) || roles.some((role) => typeof role !== 'string' || !Object.hasOwn(ROLES, role))) return `"roles" must be a list of ${Object.keys(ROLES).join(', ')}.`;
  return { user, organization, roles: roles as string[] };
}

function sign({ user, organization, roles }: Asked, issuer: string, key: Parameters<SignJWT['sign']>[0]): Promise<string> {
  const claims = { email: user, roles, ...(!roles.every((role) => role === 'operator') && { organization }) };
  return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID }).setIssuer(issuer).setSubject(user).setIssuedAt().setExpirationTime(LIFE).sign(key);
}

function isLocal(request: Request): boolean {
  return LOOPBACK_ADDRESSES.test(request.socket.remoteAddress ?? '') && LOOPBACK_HOSTS.test(request.get('host') ?? '');
}

function refuse(response: Response, status: number, detail: string): void {
  response.status(status).type('application/problem+json').send(JSON.stringify({ type: 'urn:tocsin:problem:development_token', title: 'No token', status, detail, instance: '/v1/dev/token', requestId: String(response.getHeader('X-Request-Id') ?? 'unknown') }));
}
