import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { AuditEntry, ConnectionChanged, DeliverySettings, Problem } from '@tocsin/contracts';
import { anIssue } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

const PATH = '/v1/settings/delivery';
let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => {
  notifier = await RunningNotifier.start();
  connection = await notifier.connect();
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

async function current(organization = 'acme'): Promise<DeliverySettings> {
  return (await notifier.call<DeliverySettings>('GET', PATH, { organization })).body;
}

describe('the settings of deliveries', () => {
  test('have defaults that keep secrets in and let a person decide about doubtful messages', async () => {
    const settings = await current();
    expect(settings).toMatchObject({ unconfirmed: { workflow: 'resend', manual: 'hold' }, retentionDays: 90 });
    expect(settings.leakGuard.public.categories).not.toContain('secret');
    expect(settings.leakGuard.public.categories).toContain('unknown');
    expect(settings.leakGuard.shared.categories).not.toContain('unknown');
  });

  test('decide from the next message on, for their organization only, and are in the audit log', async () => {
    const before = await current();
    const { shared, public: everywhere } = before.leakGuard;
    const wanted = { unconfirmed: { workflow: 'hold', manual: 'resend' }, leakGuard: { public: { severities: ['low'], categories: everywhere.categories }, shared }, retentionDays: 30 };
    expect(await notifier.call('PUT', PATH, { body: wanted })).toMatchObject({ status: 200, body: wanted });
    expect(await current('globex')).toEqual(before);
    const send = async (severity: 'low' | 'high') => (await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' }, issues: [anIssue({ severity })] }))).state;
    expect([await send('high'), await send('low')]).toEqual(['suppressed', 'posted']);
    await notifier.control('faults', { method: 'chat.postMessage', lost: 'after', times: 1 });
    const doubtful = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECINTER' }, source: { kind: 'workflow', workflowId: 'w', version: 1, stepId: 's' } });
    expect(await notifier.settled(doubtful)).toMatchObject({ state: 'unconfirmed' });
    const { body: audit } = await notifier.call<{ items: AuditEntry[] }>('GET', '/v1/audit');
    expect(audit.items).toMatchObject([{ action: 'delivery-settings.changed', actor: { id: 'noa@acme.test' }, before, after: wanted }]);
  });

  test.each([
    ['an unknown field', { colour: 'red' }, '/colour'],
    ['a category that does not exist', { leakGuard: { public: { severities: [], categories: ['gossip'] }, shared: { severities: [], categories: [] } } }, '/leakGuard/public/categories'],
    ['no days at all', { retentionDays: 0 }, '/retentionDays'],
    ['a missing part', { unconfirmed: undefined }, '/unconfirmed'],
    ['a list for a part', { leakGuard: [] }, '/leakGuard'],
    ['lists within a part', { leakGuard: { public: [], shared: [] } }, '/leakGuard/public'],
  ])('refuse %s', async (_, change, pointer) => {
    const { status, body } = await notifier.call<Problem>('PUT', PATH, { body: Object.assign(await current('globex'), change) });
    expect(status).toBe(400);
    expect(body.errors?.[0]?.pointer).toBe(pointer);
  });

  test('need the permission', async () => {
    expect((await notifier.call('GET', PATH, { roles: ['editor'] })).status).toBe(403);
  });
});
