import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@tocsin/testing';

import { SmallService } from '../../test/small-service.js';
import { InternalClient } from '../http/internal.client.js';

let service: SmallService;

beforeAll(async () => { service = await SmallService.start(); }, 30_000);
afterAll(() => service.stop());

describe('a service', () => {
  test('says what it posted on the bus, to whoever hears it, soon after the commit', async () => {
    const heard: unknown[] = [];
    const subscription = await service.bus.subscribe('notifier', 'notifier.connection.changed.v1', ({ body }) => Promise.resolve(void heard.push(JSON.parse(body.toString()))));
    await expect(service.call('POST', '/v1/reports', { slackError: 'token_revoked' })).resolves.toMatchObject({ status: 202, body: { slackError: 'token_revoked' } });
    await eventually(() => heard.length === 1);
    expect(heard[0]).toMatchObject({ type: 'connection.changed.v1', source: '/tocsin/connector', organizationid: 'acme', data: { slackError: 'token_revoked' } });
    await subscription.stop();
  });

  test('handles what it hears once, however often it comes', async () => {
    const id = 'e1';
    const data = { organizationId: 'acme', connectionId: 'c1', credentialVersion: 1, slackError: 'account_inactive', at: '2026-11-23T08:00:00.000Z' };
    const message = { id, type: 'connection.reported.v1', exchange: 'tocsin.events' as const, source: '/tocsin/notifier', body: JSON.stringify({ specversion: '1.0', id, source: '/tocsin/notifier', type: 'connection.reported.v1', organizationid: 'acme', data }) };
    await service.bus.publish([message, message]);
    await eventually(async () => (await service.database.query('select from bus.messages where queue like $1', ['connector.%'])).length === 0);
    await expect(service.internal.get('connector', '/internal/reports')).resolves.toEqual({ items: [{ organization_id: 'acme', slack_error: 'account_inactive' }] });
  });

  test('answers a repeated request as the first time', async () => {
    const headers = { 'idempotency-key': 'k1' };
    await service.call('POST', '/v1/reports', { slackError: 'invalid_auth' }, headers);
    const again = await service.call('POST', '/v1/reports', { slackError: 'invalid_auth' }, headers);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    await expect(service.call('POST', '/v1/reports', { slackError: 'other' }, headers)).resolves.toMatchObject({ status: 409, body: { type: 'urn:tocsin:problem:idempotency_key_reused' } });
  });

  test('refuses an Idempotency-Key that is too long to keep', async () => {
    await expect(service.call('POST', '/v1/reports', { slackError: 'invalid_auth' }, { 'idempotency-key': 'k'.repeat(256) })).resolves.toMatchObject({ status: 400, body: { errors: [{ header: 'Idempotency-Key' }] } });
  });

  test('calls another with an error when it cannot be reached, or does not know the route', async () => {
    await expect(service.internal.get('connector', '/internal/nothing')).rejects.toThrow('connector cannot be reached');
    await expect(new InternalClient('notifier', { ...service.peers, issues: 'http://127.0.0.1:1' }, new Uint8Array(32)).get('issues', '/internal/x')).rejects.toThrow('issues cannot be reached');
    await expect(new InternalClient('notifier', service.peers, new Uint8Array(32)).get('connector', '/internal/reports')).rejects.toThrow('connector cannot be reached');
  });

  test.each<[string, string, unknown, number, object]>([
    ['POST', '/v1/reports', { slackError: 7 }, 400, { errors: [{ pointer: '/slackError' }] }],
    ['POST', '/v1/reports', undefined, 400, { errors: [{ pointer: '/slackError' }] }],
    ['GET', '/v1/reports/r2?colour=red', undefined, 400, { instance: '/v1/reports/r2', errors: [{ parameter: 'colour' }] }],
    ['GET', '/v1/reports/r1', undefined, 404, { detail: 'There is no report "r1" in your organization.' }],
    ['GET', '/v1/nothing', undefined, 404, { detail: 'There is nothing at this address.' }],
    ['GET', '/internal/reports', undefined, 401, {}],
  ])('answers %s %s %j with problem details', async (method, path, body, status, problem) => {
    const answer = await service.call(method, path, body, { 'x-request-id': 'r-1' });
    expect(answer).toMatchObject({ status, body: { status, instance: path, requestId: 'r-1', ...problem } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('refuses a text that cannot be stored, wherever it stands, and is not shaken by it', async () => {
    await expect(service.call('GET', '/v1/reports/%00')).resolves.toMatchObject({ status: 400, body: { errors: [{ code: 'unstorable_text' }] } });
  });

  test('tells health, metrics and its OpenAPI document to anybody', async () => {
    const anybody = { authorization: '' };
    await expect(service.call('GET', '/health/live', undefined, anybody)).resolves.toMatchObject({ status: 200 });
    await expect(service.call('GET', '/health/ready', undefined, anybody)).resolves.toMatchObject({ status: 200, body: { parts: { database: 'ready', messageBus: 'ready' } } });
    const { body } = await service.call('GET', '/metrics', undefined, anybody);
    expect(body.text).toMatch(/^tocsin_outbox_pending 0$/m);
    expect(body.text).toMatch(/^tocsin_outbox_oldest_age_seconds 0$/m);
    const document = await service.call('GET', '/openapi.json', undefined, anybody);
    expect(Object.keys(document.body.paths as object)).toEqual(expect.arrayContaining(['/v1/reports', '/v1/audit']));
    expect(Object.keys(document.body.paths as object)).not.toContain('/internal/reports');
    expect(document.body.paths).toMatchObject({ '/v1/reports': { post: { parameters: [{ in: 'header', name: 'Idempotency-Key', required: false }] } } });
  });
});
