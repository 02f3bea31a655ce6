import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { SmallService, type Answer } from '../../test/small-service.js';
import { signServiceToken } from '../auth/service-token.js';

let service: SmallService;

beforeAll(async () => { service = await SmallService.start(); }, 30_000);
afterAll(() => service.stop());

describe('a service', () => {
  test.each(['application/x-www-form-urlencoded', 'text/xml', 'text/plain'])('answers 415 to a body that comes as %s', async (type) => {
    await expect(service.call('POST', '/v1/reports', { slackError: 'other' }, { 'content-type': type })).resolves.toMatchObject({ status: 415, body: { errors: [{ header: 'Content-Type' }] } });
  });

  describe('of a body that says how it is encoded', () => {
    const content = JSON.stringify({ slackError: 'invalid_auth' });
    const bomb = JSON.stringify({ slackError: ' '.repeat(5 * 1024 * 1024) });

    async function post(body: string | Uint8Array, encoding: string): Promise<Answer> {
      const headers = { authorization: `Bearer ${await service.issuer.token({ user: 'ada@acme.test' })}`, 'content-type': 'application/json', 'content-encoding': encoding };
      const response = await fetch(`${service.url}/v1/reports`, { method: 'POST', headers, body: body as NonNullable<RequestInit['body']> });
      return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
    }

    test.each<[string, Uint8Array]>([
      ['gzip', gzipSync(content)],
      ['GZIP', gzipSync(content)],
      ['deflate', deflateSync(content)],
      ['br', brotliCompressSync(content)],
    ])('takes %s', async (encoding, body) => {
      await expect(post(body, encoding)).resolves.toMatchObject({ status: 202, body: { slackError: 'invalid_auth' } });
    });

    test.each<[string, string, string | Uint8Array]>([
      ['gzip', 'plain JSON', content],
      ['deflate', 'plain JSON', content],
      ['br', 'plain JSON', content],
      ['gzip', 'what was cut off', gzipSync(content).subarray(0, -9)],
      ['deflate', 'what was cut off', deflateSync(content).subarray(0, -9)],
      ['br', 'what was cut off', brotliCompressSync(content).subarray(0, -9)],
      ['gzip', 'what was changed on its way', gzipSync(content).fill(0, 12, 20)],
      ['gzip', 'another encoding', deflateSync(content)],
    ])('refuses as %s %s, and says that the two do not fit', async (encoding, _, body) => {
      const answer = await post(body, encoding);
      expect(answer).toMatchObject({ status: 400, body: { type: 'urn:tocsin:problem:invalid_request', errors: [{ header: 'Content-Encoding', code: 'corrupt_encoding', message: expect.stringContaining(encoding) }] } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    });

    test.each(['zstd', 'compress', 'gzip, gzip', 'x'])('refuses %s, which is none that we read', async (encoding) => {
      await expect(post(content, encoding)).resolves.toMatchObject({ status: 415, body: { type: 'urn:tocsin:problem:unsupported_encoding', errors: [{ header: 'Content-Encoding', code: 'unsupported' }] } });
    });

    test.each<[string, Uint8Array]>([
      ['gzip', gzipSync(bomb)],
      ['deflate', deflateSync(bomb)],
      ['br', brotliCompressSync(bomb)],
    ])('refuses a small one of %s that becomes too large', async (encoding, body) => {
      expect(body.length).toBeLessThan(20_000);
      await expect(post(body, encoding)).resolves.toMatchObject({ status: 413, body: { type: 'urn:tocsin:problem:too_large' } });
    });
  });

  test.each([['too_deep', `{"slackError":${'['.repeat(200_000)}${']'.repeat(200_000)}}`], ['too_many', `{"slackError":[${'{},'.repeat(100_000)}{}]}`]])('refuses a body that holds %s, before it is made known again by an Idempotency-Key', async (code, content) => {
    const headers = { authorization: `Bearer ${await service.issuer.token({ user: 'ada@acme.test' })}`, 'content-type': 'application/json', 'idempotency-key': code };
    const response = await fetch(`${service.url}/v1/reports`, { method: 'POST', headers, body: content });
    expect([response.status, await response.json()]).toMatchObject([400, { errors: [{ pointer: '', code }] }]);
  });

  test('takes no body at all for an empty object', async () => {
    const response = await fetch(`${service.url}/v1/reports`, { method: 'POST', headers: { authorization: `Bearer ${await service.issuer.token({ user: 'ada@acme.test' })}` } });
    expect([response.status, ((await response.json()) as { errors: object[] }).errors[0]]).toMatchObject([400, { pointer: '/slackError' }]);
  });
});

describe('who is calling is asked before anything is read of a body:', () => {
  const BROKEN = '{"slackError": ';
  const LARGE = 5 * 1024 * 1024 + 1;

  /** Headers, and the beginning of a body that goes on for ever. */
  async function begin(path: string, headers: Record<string, string | number>, beginning = ''): Promise<{ status: number | undefined; problem: Record<string, unknown> }> {
    const sending = httpRequest(service.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, signal: AbortSignal.timeout(5000) });
    sending.write(beginning);
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    sending.on('error', () => undefined).destroy();
    return { status: answer.statusCode, problem: JSON.parse(text) as Record<string, unknown> };
  }

  async function tokens(): Promise<Record<'none' | 'wrong' | 'viewer' | 'admin' | 'service' | 'strange service', string>> {
    const [viewer, admin] = [await service.issuer.token({ user: 'bob@acme.test', roles: ['viewer'] }), await service.issuer.token({ user: 'ada@acme.test' })];
    return { none: '', wrong: 'Bearer not.a.token', viewer: `Bearer ${viewer}`, admin: `Bearer ${admin}`, service: `Bearer ${await signServiceToken('issues', service.secret)}`, 'strange service': `Bearer ${await signServiceToken('issues', new Uint8Array(32))}` };
  }

  test.each<[string, keyof Awaited<ReturnType<typeof tokens>>, string, number]>([
    ['/v1/reports', 'none', 'unauthorized', 401],
    ['/v1/reports', 'wrong', 'unauthorized', 401],
    ['/v1/reports', 'service', 'unauthorized', 401],
    ['/v1/reports', 'viewer', 'permission_missing', 403],
    ['/internal/reports', 'none', 'unauthorized', 401],
    ['/internal/reports', 'admin', 'unauthorized', 401],
    ['/internal/reports', 'strange service', 'unauthorized', 401],
    ['/v1/nothing', 'none', 'no_route', 404],
  ])('POST %s with the token "%s" is answered %s, whatever else is wrong and before all has come', async (path, token, code, status) => {
    const authorization = (await tokens())[token];
    const expected = { status, problem: { type: `urn:tocsin:problem:${code}`, instance: path } };
    await expect(begin(path, { authorization, 'content-length': LARGE }, '{')).resolves.toMatchObject(expected);
    await expect(begin(path, { authorization, 'transfer-encoding': 'chunked' }, BROKEN)).resolves.toMatchObject(expected);
    const broken = await fetch(service.url + path, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: BROKEN });
    expect([broken.status, await broken.json()]).toMatchObject([status, expected.problem]);
  });

  test.each<[string, keyof Awaited<ReturnType<typeof tokens>>]>([['/v1/reports', 'admin'], ['/internal/reports', 'service'], ['/v1/reports/open', 'none']])('POST %s with the token "%s" is told what is wrong with its body', async (path, token) => {
    const headers = { authorization: (await tokens())[token], 'content-type': 'application/json' };
    const broken = await fetch(service.url + path, { method: 'POST', headers, body: BROKEN });
    expect([broken.status, await broken.json()]).toMatchObject([400, { detail: expect.stringContaining('The body is not JSON: '), errors: [{ pointer: '', code: 'not_json' }] }]);
    const large = await fetch(service.url + path, { method: 'POST', headers, body: JSON.stringify({ slackError: 'x'.repeat(LARGE) }) });
    expect([large.status, await large.json()]).toMatchObject([413, { type: 'urn:tocsin:problem:too_large', detail: `The body is larger than ${LARGE - 1} bytes.` }]);
    const strange = await fetch(service.url + path, { method: 'POST', headers, body: '{"slackError":"x","colour":"red"}' });
    expect([strange.status, await strange.json()]).toMatchObject([400, { errors: [{ pointer: '/colour' }] }]);
  });

  test('a connection goes on after an answer that did not wait for the body', async () => {
    for (let time = 0; time < 4; time++) {
      const refused = await fetch(`${service.url}/v1/reports`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(LARGE), signal: AbortSignal.timeout(5000) });
      expect([refused.status, await refused.json()]).toMatchObject([401, { status: 401 }]);
    }
  });
});
