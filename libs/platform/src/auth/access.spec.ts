import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, test } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JWTVerifyGetKey } from 'jose';

import { AccessGuard } from './access.guard.js';
import { Internal, Public, Requires } from './access.js';
import { PeerUnavailable } from '../http/internal.client.js';
import { callerOf, type Caller } from './caller.js';
import { signServiceToken } from './service-token.js';
import { API_KEY_PREFIX, InvalidToken, remoteKeys, TokenVerifier } from './token-verifier.js';

const ISSUER = 'https://login.acme.test';
const SECRET = new TextEncoder().encode('shared by the services');
const { publicKey, privateKey } = await generateKeyPair('ES256');
const stranger = await generateKeyPair('ES256');
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] });

interface Claims {
  sub?: string;
  issuer?: string;
  audience?: string;
  expiresIn?: number;
  key?: typeof privateKey;
  [claim: string]: unknown;
}

async function aToken({ sub = 'ada', issuer = ISSUER, audience, expiresIn = 3600, key = privateKey, ...claims }: Claims = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const jwt = new SignJWT({ organization: 'acme', roles: ['viewer'], ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setSubject(sub).setIssuer(issuer).setIssuedAt(now).setExpirationTime(now + expiresIn);
  return (audience === undefined ? jwt : jwt.setAudience(audience)).sign(key);
}

function aVerifier(known?: Partial<Caller>, options: { audience?: string; keys?: JWTVerifyGetKey } = {}): { verifier: TokenVerifier; asked: string[] } {
  const asked: string[] = [];
  const lookUp = (key: string): Promise<Caller | undefined> => {
    asked.push(key);
    return Promise.resolve(known && { kind: 'key', id: 'k1', name: 'CI', organizationId: 'acme', permissions: new Set(), ...known });
  };
  return { verifier: new TokenVerifier({ issuer: ISSUER, keys, ...options }, lookUp), asked };
}

describe('a bearer token of the issuer', () => {
  test('says who calls, of which organization, with which permissions', async () => {
    const caller = await aVerifier().verifier.verify(await aToken({ email: 'ada@acme.test' }));
    expect(caller).toMatchObject({ kind: 'user', id: 'ada', name: 'ada@acme.test', organizationId: 'acme' });
    expect(caller.permissions.has('issues:read')).toBe(true);
    expect(caller.expiresAt).toBeGreaterThan(Date.now());
    expect(caller.verifiedUntil).toBe(caller.expiresAt);
    expect(caller.permissions.has('connectors:configure')).toBe(false);
  });

  test.each<[string, Claims]>([
    ['has expired', { expiresIn: -60 }],
    ['is of another issuer', { issuer: 'https://elsewhere.test' }],
    ['is signed by a stranger', { key: stranger.privateKey }],
    ['names nobody', { sub: '' }],
    ['names nobody but a blank', { sub: ' ' }],
    ['names somebody longer than any message may', { sub: 'x'.repeat(321) }],
    ['names an organization longer than any message may', { organization: 'x'.repeat(129) }],
  ])('is refused when it %s', async (_, claims) => {
    await expect(aVerifier().verifier.verify(await aToken(claims))).rejects.toBeInstanceOf(InvalidToken);
  });

  test.each(['', ' ', 'x'.repeat(321), 7])('calls somebody by the id whose e-mail address is "%s", which no message may have as its sender', async (email) => {
    await expect(aVerifier().verifier.verify(await aToken({ email }))).resolves.toMatchObject({ name: 'ada' });
  });

  test('is refused when it would never expire', async () => {
    const forEver = await new SignJWT({ organization: 'acme', roles: ['viewer'] }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setSubject('ada').setIssuer(ISSUER).sign(privateKey);
    await expect(aVerifier().verifier.verify(forEver)).rejects.toBeInstanceOf(InvalidToken);
  });

  test.each(['', 'x', 'a.b.c'])('is refused when it is "%s"', async (token) => {
    await expect(aVerifier().verifier.verify(token)).rejects.toBeInstanceOf(InvalidToken);
  });

  test('must name the audience where one is set', async () => {
    const { verifier } = aVerifier(undefined, { audience: 'tocsin' });
    await expect(verifier.verify(await aToken())).rejects.toBeInstanceOf(InvalidToken);
    await expect(verifier.verify(await aToken({ audience: 'tocsin' }))).resolves.toMatchObject({ id: 'ada' });
  });

  test('is not called invalid when the issuer cannot be asked', async () => {
    const { verifier } = aVerifier(undefined, { keys: () => Promise.reject(new Error('no network')) });
    await expect(verifier.verify(await aToken())).rejects.toThrow('no network');
  });

  test.each<[string, string, (issuer: string) => unknown]>([
    ['answers with an error', '/.well-known/openid-configuration', () => undefined],
    ['names no keys', '/none', () => ({})],
    ['cannot give its keys', '/keys', (issuer) => ({ jwks_uri: `${issuer}/keys` })],
  ])('is not called invalid when the issuer %s', async (_, broken, configuration) => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === broken ? 500 : 200).end(JSON.stringify(configuration(issuer) ?? {}));
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const verified = aVerifier(undefined, { keys: remoteKeys(issuer) }).verifier.verify(await aToken());
    await expect(verified).rejects.not.toBeInstanceOf(InvalidToken);
    await expect(verified).rejects.toThrow();
    server.close();
  });
});

describe('an API key', () => {
  const KEY = `${API_KEY_PREFIX}k1_secret`;

  test('is who connector says, and is not asked for again within a minute', async () => {
    const { verifier, asked } = aVerifier({ permissions: new Set(['issues:ingest'] as const), applications: ['shop'] });
    await expect(verifier.verify(KEY)).resolves.toMatchObject({ kind: 'key', applications: ['shop'] });
    await verifier.verify(KEY);
    expect(asked).toEqual([KEY]);
  });

  test('whose name is blank is called by its id', async () => {
    await expect(aVerifier({ name: ' ' }).verifier.verify(KEY)).resolves.toMatchObject({ name: 'k1' });
  });

  test('has to be shown again within a minute of being looked up, however often it was shown since', async () => {
    const { verifier } = aVerifier({ expiresAt: Date.now() + 3_600_000 });
    const before = Date.now();
    const { verifiedUntil = Infinity } = await verifier.verify(KEY);
    expect(verifiedUntil - before).toBeGreaterThan(0);
    expect(verifiedUntil - Date.now()).toBeLessThanOrEqual(60_000);
    expect(await verifier.verify(KEY)).toMatchObject({ verifiedUntil });
  });

  test('is remembered no longer than it is valid', async () => {
    const { verifier, asked } = aVerifier({ expiresAt: Date.now() - 1 });
    await verifier.verify(KEY);
    await verifier.verify(KEY);
    expect(asked).toHaveLength(2);
    const expiresAt = Date.now() + 5000;
    expect(await aVerifier({ expiresAt }).verifier.verify(KEY)).toMatchObject({ verifiedUntil: expiresAt });
  });

  test('that connector does not know is refused, and asked for again', async () => {
    const { verifier, asked } = aVerifier();
    await expect(verifier.verify(KEY)).rejects.toThrow('The API key is unknown, expired or deleted.');
    await expect(verifier.verify(KEY)).rejects.toBeInstanceOf(InvalidToken);
    expect(asked).toHaveLength(2);
  });
});

describe('an API key that is longer than any of ours', () => {
  test('is refused without asking connector', async () => {
    const { verifier, asked } = aVerifier({ permissions: new Set(['issues:ingest'] as const) });
    await expect(verifier.verify(`${API_KEY_PREFIX}${'k'.repeat(10_000)}`)).rejects.toBeInstanceOf(InvalidToken);
    expect(asked).toEqual([]);
  });
});

class Routes {
  @Public() open(): void {}
  @Internal() inner(): void {}
  @Requires('issues:read') read(): void {}
  @Requires('issues:edit') edit(): void {}
  @Requires('issues:edit', 'issues:read') either(): void {}
  @Requires('operations:read') operate(): void {}
  @Requires('issues:read', 'operations:read') count(): void {}
  unmarked(): void {}
}

async function pass(route: keyof Routes, authorization?: string, verifier = aVerifier().verifier): Promise<{ allowed: boolean; request: Request }> {
  const request = { get: () => authorization, method: 'GET', path: `/${route}` } as unknown as Request;
  const context = { getType: () => 'http', getHandler: () => Object.getOwnPropertyDescriptor(Routes.prototype, route)?.value as object, getClass: () => Routes, switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext;
  return { allowed: await new AccessGuard(new Reflector(), verifier, [SECRET]).canActivate(context), request };
}

describe('a route', () => {
  test('that is public asks for nothing', async () => {
    await expect(pass('open')).resolves.toMatchObject({ allowed: true });
  });

  test('that needs a permission lets in who has it, and knows who that is', async () => {
    const { allowed, request } = await pass('read', `Bearer ${await aToken()}`);
    expect(allowed).toBe(true);
    expect(callerOf(request)).toMatchObject({ id: 'ada', organizationId: 'acme' });
  });

  test('that takes one of several permissions needs only one', async () => {
    await expect(pass('either', `bearer ${await aToken()}`)).resolves.toMatchObject({ allowed: true });
  });

  test.each<[string, keyof Routes, Claims | undefined, number]>([
    ['a caller without a token', 'read', undefined, 401],
    ['a token that expired', 'read', { expiresIn: -60 }, 401],
    ['a caller whose roles lack the permission', 'edit', {}, 403],
    ['a caller whose roles are unknown', 'read', { roles: ['king'] }, 403],
    ['a caller whose token names no organization', 'read', { organization: undefined }, 403],
    ['an ordinary admin into operations', 'operate', { roles: ['admin'] }, 403],
    ['a caller whose token names no organization where operators need none', 'count', { organization: undefined }, 403],
    ['a person where only services may call', 'inner', { roles: ['admin'] }, 401],
  ])('does not let in %s', async (_, route, claims, status) => {
    await expect(pass(route, claims && `Bearer ${await aToken(claims)}`)).rejects.toMatchObject({ status });
  });

  test('of operations lets in an operator, who belongs to no organization', async () => {
    await expect(pass('operate', `Bearer ${await aToken({ roles: ['operator'], organization: undefined })}`)).resolves.toMatchObject({ allowed: true });
  });

  test('between services takes the token of a service and no other secret\'s', async () => {
    await expect(pass('inner', `Bearer ${await signServiceToken('issues', SECRET)}`)).resolves.toMatchObject({ allowed: true });
    await expect(pass('inner', `Bearer ${await signServiceToken('issues', new TextEncoder().encode('another secret'))}`)).rejects.toMatchObject({ status: 401 });
  });

  test('says that tokens cannot be checked when their issuer is away, and keeps the reason for the log', async () => {
    const { verifier } = aVerifier(undefined, { keys: () => Promise.reject(new Error('no network')) });
    await expect(pass('read', `Bearer ${await aToken()}`, verifier)).rejects.toMatchObject({ status: 503, content: { code: 'issuer_away' }, cause: { message: 'no network' } });
  });

  test('says which part is away when an API key cannot be looked up', async () => {
    const verifier = new TokenVerifier(undefined, () => Promise.reject(new PeerUnavailable('connector', 'refused')));
    await expect(pass('read', `Bearer ${API_KEY_PREFIX}k1`, verifier)).rejects.toThrow('connector cannot be reached');
  });

  test('that does not say who may call it lets in nobody', async () => {
    await expect(pass('unmarked', `Bearer ${await aToken({ roles: ['admin'] })}`)).rejects.toThrow('says not who may call it');
  });
});
