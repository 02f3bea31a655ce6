/**
 * The main job, end to end: a scanner's report becomes issues, a workspace is connected by token, and an issue reaches
 * channels and people in Slack. The same story for every way to run the product.
 */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { Connection, DeadLetter, Delivery, DeliverySummary, DestinationList, MessagePreview, Problem, Scan, VerificationResult } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { eventually } from '@tocsin/testing';

import { Caller, messagesIn, type Product } from './product.js';

const REPORTS = new URL('../../issues/fixtures/', import.meta.url);
const TOKEN = { method: 'token', hostUrl: 'https://acme.slack.com', token: 'xoxb-sandbox-acme' };

interface Items<T> {
  items: T[];
  nextCursor: string | null;
}

async function report(name: string): Promise<Buffer> {
  return readFile(new URL(name, REPORTS));
}

export function theMainJob(way: string, start: () => Promise<Product>, { hasBroker = false } = {}): void {
  describe(`the main job, ${way}`, () => {
    let product: Product;
    let noa: Caller;
    let connection: Connection;
    let issue: Issue;

    beforeAll(async () => {
      product = await start();
      noa = new Caller(product, await product.token('noa@acme.test'));
    }, 120_000);

    afterAll(async () => {
      await product.stop();
    }, 60_000);

    async function importScan(bytes: Buffer, query: string, headers: Record<string, string> = {}): Promise<Scan> {
      const accepted = await noa.call<{ scanId: string }>('POST', `/v1/scans?${query}`, { raw: new Uint8Array(bytes), headers: { 'content-type': 'application/json', ...headers } });
      expect(accepted).toMatchObject({ status: 202, body: { scanId: expect.any(String) } });
      return eventually(async () => {
        const { body } = await noa.get<Scan>(`/v1/scans/${accepted.body.scanId}?wait=5`);
        return body.state === 'done' && body;
      }, { timeout: 60_000 });
    }

    async function send(destination: object, comment?: string): Promise<Delivery> {
      const accepted = await noa.post<{ deliveryId: string }>(`/v1/issues/${issue.id}/slack-messages`, { connectionId: connection.id, destination, ...(comment !== undefined && { comment }) });
      expect(accepted).toMatchObject({ status: 202, body: { deliveryId: expect.any(String) } });
      return settled(accepted.body.deliveryId);
    }

    /** Follows a delivery to its end; from the 202 on it must always be there. */
    async function settled(deliveryId: string): Promise<Delivery> {
      const statuses = new Set<number>();
      const delivery = await eventually(async () => {
        const { status, body } = await noa.get<Delivery>(`/v1/deliveries/${deliveryId}`);
        statuses.add(status);
        return !['accepted', 'waiting', 'posting'].includes(body.state) && body;
      }, { timeout: 30_000 });
      expect([...statuses]).toEqual([200]);
      return delivery;
    }

    test('a scanner’s report becomes issues, the first one as a baseline', async () => {
      const scan = await importScan(await report('grype-container.sarif'), 'application=payments-api');
      expect(scan).toMatchObject({ tool: 'grype', application: 'payments-api', baseline: true });
      expect(scan.counts.new).toBeGreaterThan(0);
      const { body } = await noa.get<Items<Issue>>('/v1/issues?application=payments-api&sort=-severity&limit=1');
      issue = body.items[0] as Issue;
      expect(issue).toMatchObject({ application: 'payments-api', status: 'open', tool: 'grype' });
    }, 90_000);

    test('the next report resolves what it no longer finds and counts what is there still, gzip or not', async () => {
      const sarif = JSON.parse((await report('grype-container.sarif')).toString()) as { runs: { results: unknown[] }[] };
      const run = sarif.runs[0];
      if (!run) throw new Error('the report has no run');
      const total = run.results.length;
      run.results = run.results.slice(0, total - 3);
      const scan = await importScan(gzipSync(JSON.stringify(sarif)), 'application=payments-api', { 'content-encoding': 'gzip' });
      expect(scan.baseline).toBe(false);
      expect(scan.counts).toMatchObject({ new: 0, resolved: 3 });
      const back = await importScan(await report('grype-container.sarif'), 'application=payments-api');
      expect(back.counts).toMatchObject({ new: 0, resolved: 0, reopened: 3 });
    }, 90_000);

    test('a report that is cut off is refused whole, with the place', async () => {
      const before = await noa.get<Items<Issue>>('/v1/issues?application=broken');
      const { status, body } = await noa.call<Problem>('POST', '/v1/scans?application=broken', { raw: new Uint8Array(await report('edge/trivy-broken-trailing-data.sarif')), headers: { 'content-type': 'application/json' } });
      expect(status).toBe(400);
      expect(body).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
      expect(before.body.items).toEqual([]);
      expect((await noa.get<Items<Issue>>('/v1/issues?application=broken')).body.items).toEqual([]);
    });

    test('a foreign token is refused before it is sent anywhere, and the check says how to go on', async () => {
      const seen = async (): Promise<number> => ((await (await fetch(`${product.sandboxUrl}/sandbox/requests`)).json()) as { items: unknown[] }).items.length;
      const before = await seen();
      const { status, body } = await noa.post<VerificationResult>('/v1/connections/verify', { ...TOKEN, token: 'xoxb-1234567890-abcdefghijkl' });
      expect(status).toBe(200);
      expect(body.ok).toBe(false);
      expect(body.checks.filter((check) => check.status === 'failed').map((check) => check.remedy ?? '')).toContainEqual(expect.stringContaining('SLACK_'));
      expect(await seen()).toBe(before);
    });

    test('VERIFY CONNECTIVITY lists its checks, and CONNECT makes the connection', async () => {
      const { body } = await noa.post<VerificationResult>('/v1/connections/verify', TOKEN);
      expect(body).toMatchObject({ ok: true, workspace: { name: 'Acme' } });
      expect(body.checks.map((check) => check.id)).toEqual(expect.arrayContaining(['token.kind', 'token.accepted', 'workspace.matches', 'scope.chat:write', 'list.channels', 'list.people']));
      const connected = await noa.post<Connection>('/v1/connections', TOKEN);
      expect(connected.status).toBe(201);
      connection = connected.body;
      expect(connection).toMatchObject({ method: 'token', workspace: { name: 'Acme' }, health: { state: 'connected' } });
      expect((await noa.post<Connection>('/v1/connections', TOKEN)).status).toBe(200);
    });

    test('the picker finds channels and people soon after', async () => {
      await eventually(async () => {
        const { body } = await noa.get<DestinationList>(`/v1/connections/${connection.id}/destinations?q=sec-&limit=20`);
        const names = body.items.map((item) => item.name.replace(/^#/, ''));
        return names.includes('sec-alerts') && names.includes('sec-internal');
      });
      await eventually(async () => (await noa.get<DestinationList>(`/v1/connections/${connection.id}/destinations?q=bob`)).body.items.some((item) => item.kind === 'user'));
    }, 25_000);

    test('an issue reaches a public channel by name with the comment, and the delivery tells where', async () => {
      const delivery = await send({ name: '#sec-alerts' }, 'Please look at this one today. <!channel>');
      expect(delivery).toMatchObject({ state: 'posted', destination: { kind: 'channel', id: expect.stringMatching(/^C/) }, issueIds: [issue.id], slack: { permalink: expect.stringContaining('https://acme.slack.com/archives/C') } });
      const posted = (await messagesIn(product, delivery.slack?.channel ?? '')).find((message) => message.ts === delivery.slack?.ts);
      expect(JSON.stringify(posted)).toContain('Please look at this one today.');
      expect(JSON.stringify(posted)).not.toContain('"<!channel>');
      expect(delivery.timeline?.map((entry) => entry.kind)).toEqual(expect.arrayContaining(['accepted', 'posted']));
    }, 40_000);

    test('the preview is the very message, down to the owner whom it mentions', async () => {
      const data = { title: 'Key in a log', severity: 'high', application: 'owned', fingerprint: 'owned', owners: ['alice@acme.test'] };
      const event = { specversion: '1.0', id: 'owned', source: '/journey', type: 'issue.reported.v1', data };
      expect((await noa.call('POST', '/v1/events', { raw: JSON.stringify(event), headers: { 'content-type': 'application/cloudevents+json' } })).status).toBe(202);
      const [owned] = (await noa.get<Items<Issue>>('/v1/issues?application=owned')).body.items;
      const order = { connectionId: connection.id, destination: { name: '#sec-alerts' }, comment: 'Yours?', issueIds: [owned?.id], options: { mention: { owner: true } } };
      const { body: preview } = await noa.post<MessagePreview>('/v1/slack-messages/preview', order);
      expect([preview.warnings, JSON.stringify(preview.blocks)]).toEqual([[], expect.stringContaining('"user_id":"U0ALICE001"')]);
      const { slack } = await settled((await noa.post<{ deliveryId: string }>('/v1/slack-messages', order)).body.deliveryId);
      const { text, blocks, attachments } = preview;
      expect((await messagesIn(product, slack?.channel ?? '')).find((message) => message.ts === slack?.ts)).toMatchObject({ text, blocks, attachments });
    }, 40_000);

    test('it reaches a channel by id, and a private one that the app is in', async () => {
      const { body } = await noa.get<DestinationList>(`/v1/connections/${connection.id}/destinations?q=payments`);
      const payments = body.items.find((item) => item.name.replace(/^#/, '') === 'payments');
      expect(await send({ id: payments?.id })).toMatchObject({ state: 'posted', slack: { channel: payments?.id } });
      expect(await send({ name: 'sec-internal' })).toMatchObject({ state: 'posted' });
    }, 60_000);

    test('it reaches a person by id and by e-mail address, in one direct-message channel', async () => {
      const { body } = await noa.get<DestinationList>(`/v1/connections/${connection.id}/destinations?q=bob&kind=user`);
      const byId = await send({ id: body.items[0]?.id });
      const byEmail = await send({ email: 'bob@acme.test' });
      expect(byId).toMatchObject({ state: 'posted', destination: { kind: 'user', id: expect.stringMatching(/^U/) }, slack: { channel: expect.stringMatching(/^D/) } });
      expect(byEmail.destination.id).toBe(byId.destination.id);
      expect(byEmail.slack?.channel).toBe(byId.slack?.channel);
    }, 60_000);

    test.each([
      ['a channel that does not exist', { name: '#no-such-channel' }],
      ['a channel id that Slack does not know', { id: 'C0NOSUCHCHANNEL' }],
      ['an archived channel', { name: '#old-team' }],
      ['a private channel that the app is not in', { name: '#board' }],
      ['a person who does not exist', { email: 'nobody@acme.test' }],
    ])('%s ends as failed, with the remedy', async (_, destination) => {
      const delivery = await send(destination);
      expect(delivery).toMatchObject({ state: 'failed', error: { code: expect.any(String), remedy: expect.any(String) } });
      expect(delivery.error?.remedy).not.toBe('');
    }, 60_000);

    test('a double click sends once', async () => {
      const body = { connectionId: connection.id, destination: { name: '#general' }, comment: 'only once' };
      const key = { 'idempotency-key': 'one-opening-of-the-dialog' };
      const [first, second] = await Promise.all([1, 2].map(() => noa.post<{ deliveryId: string }>(`/v1/issues/${issue.id}/slack-messages`, body, key)));
      expect(second?.body).toEqual(first?.body);
      expect([first, second].map((answer) => answer?.headers.get('idempotency-replayed')).sort()).toEqual([null, 'true'].sort());
      const delivery = await settled(first?.body.deliveryId ?? '');
      const there = await messagesIn(product, delivery.slack?.channel ?? '');
      expect(there.filter((message) => JSON.stringify(message).includes('only once'))).toHaveLength(1);
      expect((await noa.post<Problem>(`/v1/issues/${issue.id}/slack-messages`, { ...body, comment: 'another' }, key)).status).toBe(409);
    }, 40_000);

    test.each([
      ['an unknown field', { colour: 'red' }, '/colour'],
      ['a comment that is too long', { comment: 'x'.repeat(2001) }, '/comment'],
      ['a destination of no known form', { destination: { channel: 'C1' } }, '/destination'],
      ['a wrong type', { comment: 7 }, '/comment'],
    ])('%s is refused with its place, and nothing is sent', async (_, change, pointer) => {
      const before = await noa.get<DeliverySummary>('/v1/deliveries/summary');
      const { status, body } = await noa.post<Problem>(`/v1/issues/${issue.id}/slack-messages`, { connectionId: connection.id, destination: { name: '#general' }, ...change });
      expect(status).toBe(400);
      expect(body.errors?.map((place) => place.pointer)).toContain(pointer);
      expect((await noa.get<DeliverySummary>('/v1/deliveries/summary')).body.accepted).toBe(before.body.accepted);
    });

    test('another organization sees nothing of it', async () => {
      const eve = new Caller(product, await product.token('eve@rival.test', 'rival'));
      expect((await eve.get(`/v1/issues/${issue.id}`)).status).toBe(404);
      expect((await eve.get(`/v1/connections/${connection.id}`)).status).toBe(404);
      expect((await eve.get<Items<unknown>>('/v1/deliveries')).body.items).toEqual([]);
      expect((await eve.post(`/v1/issues/${issue.id}/slack-messages`, { connectionId: connection.id, destination: { name: '#general' } })).status).toBe(404);
    });

    // only programs of the product itself reach the in-process bus
    (hasBroker ? test : test.skip)('a command that another service says wrongly is a dead letter with its place: seen, replayed and deleted through the front', async () => {
      const messageId = 'said-wrongly';
      const data = { commandId: 'c-1', organizationId: 'acme', connectionId: connection.id, destination: { id: 'nowhere' }, issues: [], source: { kind: 'manual', user: 'noa@acme.test' } };
      await product.publishCommand?.(JSON.stringify({ specversion: '1.0', id: messageId, source: '/ci/job', type: 'slack.send.v1', organizationid: 'acme', data }), messageId);
      const letter = async (): Promise<DeadLetter> => eventually(async () => (await noa.get<Items<DeadLetter>>('/v1/dead-letters?reason=invalid_data')).body.items.find((one) => one.messageId === messageId));
      const found = await letter();
      expect(found).toMatchObject({ service: 'notifier', queue: 'notifier.slack.send.v1', error: expect.stringContaining('/data/destination'), preview: expect.stringContaining('"commandId":"c-1"') });
      expect(await noa.post(`/v1/dead-letters/${found.id}/replay`)).toMatchObject({ status: 202, body: { id: found.id, replayed: true } });
      expect((await letter()).id).toBe(found.id); // it is as wrong as before
      expect((await noa.call('DELETE', `/v1/dead-letters/${found.id}`)).status).toBe(204);
      expect((await noa.get<Items<DeadLetter>>('/v1/dead-letters')).body.items).toEqual([]);
    });

    test('the summary balances and the audit log names who sent', async () => {
      const { body: summary } = await noa.get<DeliverySummary>('/v1/deliveries/summary');
      expect(summary).toMatchObject({ balanced: true, inTransit: 0 });
      expect(summary.byState.posted).toBeGreaterThanOrEqual(6);
      const { body: audit } = await noa.get<Items<{ actor: { id: string }; action: string; service: string }>>('/v1/audit?limit=200');
      expect(audit.items.map((entry) => entry.service)).toEqual(expect.arrayContaining(['connector', 'issues']));
      expect(audit.items.every((entry) => entry.actor.id !== '')).toBe(true);
    });
  });
}
