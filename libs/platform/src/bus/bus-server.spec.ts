import 'reflect-metadata';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Module, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { concat, NEVER, of, throwError, timer, mergeMap, type Observable } from 'rxjs';

import { ConnectionReported, MESSAGE_MAX_BYTES, type ServiceName } from '@tocsin/contracts';

import { ContractPipe } from '../http/contract.pipe.js';
import { PeerUnavailable } from '../http/internal.client.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { RequestChecks } from '../http/request-checks.js';
import { createLogger } from '../logging/logger.js';
import { createServiceApp } from '../service/start-service.js';
import { BusContext } from './bus-context.js';
import { PauseError, PermanentError, type IncomingMessage, type MessageBus, type MessageHandlerFunction } from './message-bus.js';
import { RestOfWork } from './rest-of-work.js';

const TYPE = 'connection.reported.v1';
const SILENT = createLogger('test', 'silent');
const REPORT = { organizationId: 'acme', connectionId: 'c1', credentialVersion: 3, slackError: 'token_revoked', at: '2026-11-23T08:00:00.000Z' };
const EVENT = { specversion: '1.0', id: 'e1', source: '/tocsin/notifier', type: TYPE, time: '2026-11-23T08:00:01.000Z', organizationid: 'acme', data: REPORT };

/** A bus on which a test is the only sender. */
class FakeBus implements MessageBus {
  readonly state = 'ready';
  readonly handlers = new Map<string, MessageHandlerFunction>();
  start = () => Promise.resolve();
  close = () => Promise.resolve();
  publish = () => Promise.resolve([]);
  collectDeadLetters = () => Promise.resolve({ stop: () => Promise.resolve() });
  putBack = () => Promise.resolve(undefined);
  subscribe(_service: ServiceName, queue: string, onMessage: MessageHandlerFunction): ReturnType<MessageBus['subscribe']> {
    this.handlers.set(queue, onMessage);
    return Promise.resolve({ stop: () => Promise.resolve(void this.handlers.delete(queue)) });
  }
}

let app: NestExpressApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function connectorWith(...controllers: Type[]): Promise<FakeBus> {
  @Module({ controllers, providers: [{ provide: APP_FILTER, useValue: new ProblemFilter(SILENT) }, { provide: RequestChecks, useValue: new RequestChecks([], [new ContractPipe()]) }] })
  class Connector {}
  const bus = new FakeBus();
  const runtime = { bus, logger: SILENT, peers: { connector: '', issues: '', workflows: '', notifier: '' } };
  app = await createServiceApp({ service: 'connector', module: { module: Connector }, runtime, port: 0 });
  await app.startAllMicroservices();
  return bus;
}

async function handle(bus: FakeBus, message: Partial<IncomingMessage> = {}): Promise<void> {
  const incoming = { id: 'e1', type: TYPE, queue: `connector.${TYPE}`, contentType: 'application/cloudevents+json', headers: {}, attempt: 1, redelivered: false, body: json(EVENT), ...message };
  return bus.handlers.get(`connector.${TYPE}`)?.(incoming);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

describe('a service does not start', () => {
  @Controller()
  class Hears {
    @EventPattern<string>(TYPE) handle(): void {}
  }
  @Controller()
  class HearsToo {
    @EventPattern<string>(TYPE) handle(): void {}
  }
  @Controller()
  class HearsForeign {
    @EventPattern<string>('slack.send.v1') handle(): void {}
  }
  @Controller()
  class Replies {
    @MessagePattern<string>(TYPE) handle(): void {}
  }

  test.each<[string, Type[], string]>([
    ['when a message that it hears has no handler', [], '"connection.reported.v1" has no handler'],
    ['when a message has two handlers', [Hears, HearsToo], '"connection.reported.v1" has more than one handler'],
    ['when it handles a message that it does not hear', [Hears, HearsForeign], '"slack.send.v1" is handled, but the table of messages does not say that connector hears it'],
    ['when a handler means to reply', [Replies], 'is handled by @MessagePattern'],
  ])('%s', async (_, controllers, sentence) => {
    await expect(connectorWith(...controllers)).rejects.toThrow(sentence);
  });

  test('unless each message has exactly one: then it listens, and stops when it is closed', async () => {
    const bus = await connectorWith(Hears);
    expect([...bus.handlers.keys()]).toEqual([`connector.${TYPE}`]);
    await app?.close();
    app = undefined;
    expect(bus.handlers.size).toBe(0);
  });
});

describe('a handler', () => {
  const heard: { data: ConnectionReported; context: BusContext }[] = [];

  @Controller()
  class Hears {
    @EventPattern<string>(TYPE)
    handle(@Payload() data: ConnectionReported, @Ctx() context: BusContext): void {
      heard.push({ data, context });
    }
  }

  afterEach(() => { heard.splice(0); });

  test('gets data of the contract\'s class, without fields that it does not know, and what the envelope says', async () => {
    const bus = await connectorWith(Hears);
    await handle(bus, { body: json({ ...EVENT, data: { ...REPORT, addedLater: true } }), attempt: 2, redelivered: true });
    expect(heard).toEqual([{ data: Object.assign(new ConnectionReported(), REPORT), context: expect.any(BusContext) }]);
    expect(heard[0]?.context).toMatchObject({ id: 'e1', source: '/tocsin/notifier', type: TYPE, time: new Date(EVENT.time), organizationId: 'acme', attempt: 2, redelivered: true });
  });

  test.each<[string, object, boolean]>([
    ['as it was sent', { ...EVENT }, true],
    ['with an attribute that is null', { ...EVENT, subject: null }, true],
    ['with a field that is not known', { ...EVENT, data: { ...REPORT, addedLater: true } }, false],
    ['with a field of another object\'s making', JSON.parse(JSON.stringify({ ...EVENT, data: { ...REPORT } }).replace('"data":{', '"data":{"__proto__":{"x":1},')) as object, false],
    ['with an escape, behind which more may hide', { ...EVENT, data: { ...REPORT, slackError: 'bell \u0007' } }, false],
    ['with its data in base64', { ...EVENT, data: undefined, data_base64: json(REPORT).toString('base64') }, false],
  ])('gets the JSON of an event %s only where its data says nothing else', async (_, event, isAsSent) => {
    const bus = await connectorWith(Hears);
    await handle(bus, { body: json(event) });
    expect(heard[0]?.context.json).toEqual(isAsSent ? json(event) : undefined);
  });

  test('gets events in binary mode as well', async () => {
    const bus = await connectorWith(Hears);
    const headers = { cloudEvents_specversion: '1.0', cloudEvents_id: 'e2', cloudEvents_source: '/a', cloudEvents_type: TYPE, cloudEvents_organizationid: 'acme' };
    await handle(bus, { contentType: 'application/json', headers, body: json(REPORT) });
    expect(heard[0]).toMatchObject({ data: REPORT, context: { id: 'e2' } });
    expect(heard[0]?.context.json).toBeUndefined();
  });

  test('never sees an event whose headers hold a NUL character', async () => {
    const bus = await connectorWith(Hears);
    const headers = { cloudEvents_specversion: '1.0', cloudEvents_id: 'e\0', cloudEvents_source: '/a', cloudEvents_type: TYPE, cloudEvents_organizationid: 'acme' };
    await expect(handle(bus, { contentType: 'application/json', headers, body: json(REPORT) })).rejects.toMatchObject({ name: 'PermanentError', reason: 'unreadable' });
    expect(heard).toEqual([]);
  });

  test.each([
    ['in its envelope', { body: json({ ...EVENT, traceparent: '00-a-b-01' }), headers: { traceparent: '00-c-d-00' } }, '00-a-b-01'],
    ['beside it', { headers: { traceparent: '00-c-d-00' } }, '00-c-d-00'],
    ['nowhere', { headers: { traceparent: 7 } }, undefined],
  ])('gets the trace context of an event that has it %s', async (_, message, traceparent) => {
    const bus = await connectorWith(Hears);
    await handle(bus, message);
    expect(heard[0]?.context.traceparent).toBe(traceparent);
  });

  test.each<[string, Buffer, string]>([
    ['is not JSON', Buffer.from('{'), 'invalid_event'],
    ['is no CloudEvent', json({ ...EVENT, id: undefined }), 'invalid_event'],
    ['is of another type than its queue', json({ ...EVENT, type: 'slack.send.v1' }), 'wrong_type'],
    ['is of a version that nobody here knows', json({ ...EVENT, type: 'connection.reported.v2' }), 'unknown_version'],
    ['is not UTF-8', Buffer.from(JSON.stringify({ ...EVENT, data: { ...REPORT, slackError: 'ungültig' } }), 'latin1'), 'unreadable'],
    ['holds half of a character', Buffer.from(JSON.stringify({ ...EVENT, data: { ...REPORT, slackError: '\ud83d' } })), 'unreadable'],
    ['holds a NUL character in the name of a field', json({ ...EVENT, data: { ...REPORT, 'a\0': 1 } }), 'unreadable'],
    ['holds a NUL character within base64', json({ ...EVENT, data: undefined, data_base64: Buffer.from(JSON.stringify({ ...REPORT, slackError: 'a\0' })).toString('base64') }), 'unreadable'],
    ['is larger than its type may be', json({ ...EVENT, data: { ...REPORT, padding: 'x'.repeat(MESSAGE_MAX_BYTES) } }), 'too_large'],
    ['lacks a field', json({ ...EVENT, data: { ...REPORT, connectionId: undefined } }), 'invalid_data'],
    ['has no object as data', json({ ...EVENT, data: 'x' }), 'invalid_data'],
    ['names another organization in its data', json({ ...EVENT, data: { ...REPORT, organizationId: 'globex' } }), 'wrong_organization'],
    ['names no organization on its envelope', json({ ...EVENT, organizationid: undefined }), 'wrong_organization'],
  ])('never sees an event that %s: a dead letter', async (_, body, reason) => {
    const bus = await connectorWith(Hears);
    await expect(handle(bus, { body })).rejects.toMatchObject({ name: 'PermanentError', reason });
    expect(heard).toEqual([]);
  });

  test.each<[string, Buffer, string]>([
    ['that lacks a field', json({ ...EVENT, data: { ...REPORT, connectionId: undefined } }), '/data/connectionId'],
    ['with half of a character', json({ ...EVENT, data: { ...REPORT, slackError: 'x\udc00' } }), '/data/slackError'],
    ['without an id', json({ ...EVENT, id: undefined }), '/id'],
    ['of another version', json({ ...EVENT, type: 'connection.reported.v9' }), '/type'],
    ['that is not JSON', Buffer.from('{"id": "e1",\n "data": nothing secret}'), 'line 2, column 11'],
  ])('never sees an event %s, and the reason names the place', async (_, body, place) => {
    const bus = await connectorWith(Hears);
    const refusal = await handle(bus, { body }).catch((error: unknown) => error as Error);
    expect(refusal?.message).toContain(place);
    expect(refusal?.message).not.toContain('secret');
  });

  test('gets emoji and escapes that are whole', async () => {
    const bus = await connectorWith(Hears);
    const text = '\ud83d\udd14 \u0007 \\u0000';
    await handle(bus, { body: Buffer.from(JSON.stringify({ ...EVENT, data: { ...REPORT, slackError: text } }).replace('\ud83d\udd14', '\\ud83d\\udd14')) });
    expect(heard[0]?.data.slackError).toBe(text);
  });
});

describe('whatever a handler does, the bus learns of it', () => {
  const broken = new Error('it does not work');
  const away = Object.assign(new Error('Connection terminated unexpectedly'), { code: '57P01' });
  const wrapped = Object.assign(new Error('query failed'), { driverError: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
  const unstorable = Object.assign(new Error('query failed'), { driverError: Object.assign(new Error('unsupported Unicode escape sequence'), { code: '22P05' }) });

  test.each<[string, () => unknown, object | undefined]>([
    ['returns', () => undefined, undefined],
    ['resolves later', () => new Promise((resolve) => setImmediate(resolve)), undefined],
    ['returns an observable that ends', () => of(1, 2), undefined],
    ['returns an observable that is empty', () => of(), undefined],
    ['throws', () => { throw broken; }, broken],
    ['rejects', () => Promise.reject(broken), broken],
    ['returns an observable that fails late', () => timer(1).pipe(mergeMap(() => throwError(() => broken))), broken],
    ['says that it can never work', () => Promise.reject(new PermanentError('unknown_lane', 'no such lane')), { name: 'PermanentError', reason: 'unknown_lane', message: 'no such lane' }],
    ['asks for a pause', () => Promise.reject(new PauseError('later')), { name: 'PauseError', message: 'later' }],
    ['cannot reach the database', () => Promise.reject(away), { name: 'PauseError', message: 'The database is away.' }],
    ['cannot reach the database through TypeORM', () => Promise.reject(wrapped), { name: 'PauseError' }],
    ['cannot store a text of it', () => Promise.reject(unstorable), { name: 'PermanentError', reason: 'unreadable' }],
    ['leaves the rest of its work for later', () => new RestOfWork(new Promise((resolve) => setImmediate(resolve))), undefined],
    ['fails in the rest of its work', () => new RestOfWork(Promise.reject(broken)), broken],
    ['cannot reach the database in the rest of its work', () => new RestOfWork(new Promise((_resolve, reject) => { setImmediate(() => { reject(away); }); })), { name: 'PauseError', message: 'The database is away.' }],
    ['cannot reach another service', () => Promise.reject(new PeerUnavailable('connector', broken)), { name: 'PauseError', message: 'connector cannot be reached' }],
  ])('it %s', async (_, work, failure) => {
    @Controller()
    class Hears {
      @EventPattern<string>(TYPE) handle(): unknown {
        return work();
      }
    }
    const bus = await connectorWith(Hears);
    if (failure === undefined) await expect(handle(bus)).resolves.toBeUndefined();
    else await expect(handle(bus)).rejects.toMatchObject(failure);
  });

  test.each<[string, () => unknown]>([
    ['the handler\'s last value', (): Observable<number> => concat(of(1), NEVER)],
    ['the rest of its work', () => Promise.resolve(new RestOfWork(new Promise(() => {})))],
  ])('a message is not done before %s', async (_, work) => {
    @Controller()
    class Hears {
      @EventPattern<string>(TYPE) handle(): unknown {
        return work();
      }
    }
    const bus = await connectorWith(Hears);
    let done = false;
    void handle(bus).then(() => { done = true; });
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
  });
});
