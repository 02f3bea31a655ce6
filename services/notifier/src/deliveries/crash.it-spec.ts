/** notifier as a process of its own, on RabbitMQ and PostgreSQL, killed in the middle of its work. */
import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 as uuid } from 'uuid';

import type { ConnectionChanged, Delivery, MessageType } from '@tocsin/contracts';
import { routeOf } from '@tocsin/contracts';
import { createLogger, RabbitMqBus } from '@tocsin/platform';
import { aSendToSlack, eventually, hasTestBroker, startProcess, startSandboxProcess, testBroker, testDatabase, testIssuer, type StartedProcess, type TestBroker, type TestDatabase, type TestIssuer } from '@tocsin/testing';

import { aConnection } from '../../test/opened-lanes.js';
import { PlayedPeers, type PostedInSandbox } from '../../test/running-notifier.js';

const BY_WORKFLOW = { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' } as const;
const KEYS = `k1:${randomBytes(32).toString('base64')}`;

let database: TestDatabase;
let broker: TestBroker;
let issuer: TestIssuer;
let sandbox: StartedProcess;
let bus: RabbitMqBus;
let peersUrl: string;
let notifier: StartedProcess;
const peers = new PlayedPeers();
const connection: ConnectionChanged = aConnection();

async function start(): Promise<StartedProcess> {
  return startProcess('services/notifier/dist/main.js', {
    PORT: '0', DATABASE_URL: database.url, DATABASE_POOL_SIZE: '4', AMQP_URL: broker.url, AMQP_PREFIX: broker.prefix, ENCRYPTION_KEYS: KEYS, OIDC_ISSUER: issuer.url, SLACK_BASE_URL: sandbox.url,
    CONNECTOR_URL: peersUrl, ISSUES_URL: peersUrl, SLACK_CHANNEL_INTERVAL_MS: '0', SLACK_WORKSPACE_RATE: '0',
  });
}

async function publish(type: MessageType, data: object): Promise<void> {
  const [id, source, exchange] = [uuid(), '/tocsin/test', routeOf(type)?.exchange ?? 'tocsin.events'];
  const [refusal] = await bus.publish([{ id, type, source, exchange, body: JSON.stringify({ specversion: '1.0', id, source, type, time: new Date().toISOString(), organizationid: 'acme', data }) }]);
  if (refusal) throw refusal;
}

async function send(id: string, source?: typeof BY_WORKFLOW): Promise<string> {
  const command = aSendToSlack({ connectionId: connection.id, destination: { id }, ...(source && { source }) });
  await publish('slack.send.v1', command);
  return command.commandId;
}

async function delivery(id: string): Promise<Delivery> {
  const response = await fetch(`${notifier.url}/v1/deliveries/${id}`, { headers: { authorization: `Bearer ${await issuer.token({ user: 'noa@acme.test' })}` } });
  return (await response.json()) as Delivery;
}

async function settled(id: string): Promise<Delivery> {
  return eventually(async () => {
    const now = await delivery(id);
    return ['posted', 'failed', 'dead', 'suppressed', 'unconfirmed'].includes(now.state) && now;
  });
}

async function copies(id: string, channel: string): Promise<PostedInSandbox[]> {
  const { items } = (await (await fetch(`${sandbox.url}/sandbox/messages?channel=${channel}`)).json()) as { items: PostedInSandbox[] };
  return items.filter((message) => message.metadata?.event_payload?.delivery_id === id);
}

/** Kills the process while Slack has its request and has not answered; starts it again when the lease has ended. */
async function dieWhilePosting(channel: string, source?: typeof BY_WORKFLOW): Promise<string> {
  await fetch(`${sandbox.url}/sandbox/faults`, { method: 'POST', body: JSON.stringify({ method: 'chat.postMessage', hang: true, lost: 'after', channel, times: 1 }) });
  const id = await send(channel, source);
  await eventually(async () => (await copies(id, channel)).length === 1);
  await notifier.kill();
  await database.query(`update notifier.lanes set leased_until = '-infinity'`);
  notifier = await start();
  return id;
}

(hasTestBroker() ? describe : describe.skip)('a notifier that dies', () => {
  beforeAll(async () => {
    broker = testBroker();
    [database, issuer, sandbox, peersUrl] = await Promise.all([testDatabase(), testIssuer(), startSandboxProcess(), peers.start()]);
    await fetch(`${sandbox.url}/sandbox/limits`, { method: 'POST', body: JSON.stringify({ channelRate: 0, tiers: false }) });
    peers.connections.set(connection.id, connection);
    peers.tokens.set(connection.id, 'xoxb-sandbox-acme');
    bus = new RabbitMqBus({ url: broker.url, prefix: broker.prefix, logger: createLogger('test', 'silent') });
    await bus.start();
    notifier = await start();
    await publish('connection.changed.v1', connection);
  }, 60_000);

  afterAll(async () => {
    await notifier.stop();
    await bus.close();
    await sandbox.stop();
    await peers.stop();
    await issuer.stop();
    await broker.cleanup();
    await database.drop();
  }, 30_000);

  test('with a workflow’s message at Slack sends it again, and the second copy says that it may repeat', async () => {
    const id = await dieWhilePosting('C0SECALERT', BY_WORKFLOW);
    await database.query(`update notifier.lanes set next_at = '-infinity' where next_at > clock_timestamp()`);
    expect(await settled(id)).toMatchObject({ state: 'posted', attempts: 2 });
    expect((await copies(id, 'C0SECALERT')).map((message) => JSON.stringify(message).includes('may repeat'))).toEqual([false, true]);
  }, 60_000);

  test('with a message by hand at Slack leaves it unconfirmed, for a person to decide', async () => {
    const id = await dieWhilePosting('C0GENERAL1');
    expect(await settled(id)).toMatchObject({ state: 'unconfirmed', error: { code: 'no_answer' } });
    expect(await copies(id, 'C0GENERAL1')).toHaveLength(1);
  }, 60_000);

  test('with several messages of one lease begun sends none of them again without saying that it may repeat', async () => {
    const lane = `update notifier.lanes set next_at = $1 where destination_key = 'C0SECINTER'`;
    await settled(await send('C0SECINTER', BY_WORKFLOW));
    await database.query(lane, ['2100-01-01']);
    const ids = await Promise.all(Array.from({ length: 4 }, () => send('C0SECINTER', BY_WORKFLOW)));
    await eventually(async () => (await database.query('select 1 from notifier.deliveries where delivery_id = any($1)', [ids])).length === 4);
    await fetch(`${sandbox.url}/sandbox/faults`, { method: 'POST', body: JSON.stringify({ method: 'chat.postMessage', hang: true, lost: 'after', channel: 'C0SECINTER', times: 1 }) });
    await database.query(lane, ['-infinity']);
    const posted = async (): Promise<PostedInSandbox[]> => (await Promise.all(ids.map((id) => copies(id, 'C0SECINTER')))).flat();
    await eventually(async () => (await posted()).length === 1);
    expect(await database.query('select 1 from notifier.deliveries where delivery_id = any($1) and request_started', [ids])).toHaveLength(4);
    await notifier.kill();
    await database.query(`update notifier.lanes set leased_until = '-infinity'`);
    notifier = await start();
    await eventually(async () => {
      await database.query(`update notifier.lanes set next_at = '-infinity' where next_at > clock_timestamp()`);
      return (await posted()).length === 5;
    }, { timeout: 30_000 });
    expect((await posted()).filter((message) => JSON.stringify(message).includes('may repeat'))).toHaveLength(4);
    for (const id of ids) expect(await settled(id)).toMatchObject({ state: 'posted' });
  }, 90_000);

  test('loses nothing that came meanwhile: it waits on the bus', async () => {
    await notifier.kill();
    const ids = await Promise.all(Array.from({ length: 5 }, () => send('C0PAYMENTS')));
    notifier = await start();
    for (const id of ids) expect(await settled(id)).toMatchObject({ state: 'posted' });
  }, 60_000);

  test('by request ends with 0 and without a doubtful message', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => send(n % 2 === 0 ? 'C0PAYMENTS' : 'C0SECINTER', BY_WORKFLOW)));
    await notifier.stop();
    await expect(database.query(`select count(*)::int as doubtful from notifier.deliveries where delivery_id = any($1) and (state = 'posting' or ambiguous > 0)`, [ids])).resolves.toEqual([{ doubtful: 0 }]);
    notifier = await start();
    for (const id of ids) expect(await settled(id)).toMatchObject({ state: 'posted' });
  }, 60_000);
});
