/**
 * What becomes of poison, seen as the people who deal with it see it: a whole service with a handler, its bus and its
 * database, spoken to over HTTP. Each bus runs this suite.
 */
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Controller, Module, type DynamicModule } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { aSendToSlack, anIssue, eventually, testDatabase, testIssuer, type TestDatabase, type TestIssuer } from '@tocsin/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { COMMAND_MAX_BYTES, queuesOf, type AuditEntry, type DeadLetter, type SendToSlack } from '@tocsin/contracts';

import { createAuditTable } from '../audit/audit.js';
import { remoteKeys } from '../auth/token-verifier.js';
import { BusContext } from '../bus/bus-context.js';
import { BusUnavailableError, PermanentError, type DeadMessage, type MessageBus } from '../bus/message-bus.js';
import { ServiceConfig } from '../config/service.config.js';
import { loadConfig } from '../config/setting.js';
import { createIdempotencyTable } from '../http/idempotency.js';
import type { Page } from '../http/list.js';
import type { Listening } from '../http/listen.js';
import { createLogger } from '../logging/logger.js';
import { createOutboxTables, indexOutboxByKind, Outbox } from '../outbox/outbox.js';
import { PlatformModule } from '../service/platform.module.js';
import type { ServiceRuntime } from '../service/runtime.js';
import { startService } from '../service/start-service.js';
import { createDeadLetterTable } from './dead-letter.repository.js';

export interface DeadLettersUnderTest {
  bus: MessageBus;
  /** Puts a body on the bus as some producer would, under the type `slack.send.v1` unless told. */
  produce: (body: Buffer, options: { id: string; type?: string }) => Promise<void>;
  tearDown: () => Promise<void>;
}

const TYPE = 'slack.send.v1';
const QUEUE = `notifier.${TYPE}`;
const TOKEN = 'xoxb-1234567890-abcdefghij';

class Tables1764028800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTables(runner);
    await indexOutboxByKind(runner);
    await createIdempotencyTable(runner);
    await createAuditTable(runner);
    await createDeadLetterTable(runner);
  }

  async down(): Promise<void> {}
}

/** What the handler does with a command, and what it has done. */
const world = {
  handle: (_command: SendToSlack): void => undefined,
  handled: [] as { commandId: string; attempt: number }[],
  outbox: undefined as Outbox | undefined,
};

@Controller()
class Hearer {
  constructor(outbox: Outbox) {
    world.outbox = outbox;
  }

  @EventPattern(queuesOf('notifier').map(({ route }) => route.type))
  handle(@Payload() command: object, @Ctx() { type, attempt }: BusContext): void {
    if (type !== TYPE) return;
    world.handle(command as SendToSlack);
    world.handled.push({ commandId: (command as SendToSlack).commandId, attempt });
  }
}

@Module({})
class HearerModule {
  static register(config: ServiceConfig, runtime: ServiceRuntime): DynamicModule {
    return { module: HearerModule, imports: [PlatformModule.forService({ service: 'notifier', config, runtime, migrations: [Tables1764028800000] })], controllers: [Hearer] };
  }
}

/** The bus with moments at which the process would have died. */
class BrittleBus implements MessageBus {
  /** Runs around the keeping of a letter. */
  keeping: (keep: () => Promise<void>) => Promise<void> = (keep) => keep();
  /** Runs around putting a message back. */
  puttingBack: (putBack: () => Promise<Error | undefined>) => Promise<Error | undefined> = (putBack) => putBack();

  constructor(private readonly bus: MessageBus) {}

  get state(): MessageBus['state'] {
    return this.bus.state;
  }

  mend(): void {
    this.keeping = (keep) => keep();
    this.puttingBack = (putBack) => putBack();
  }

  start: MessageBus['start'] = () => this.bus.start();
  close: MessageBus['close'] = () => this.bus.close();
  publish: MessageBus['publish'] = (messages) => this.bus.publish(messages);
  subscribe: MessageBus['subscribe'] = (...rest) => this.bus.subscribe(...rest);
  putBack: MessageBus['putBack'] = (message) => this.puttingBack(() => this.bus.putBack(message));
  collectDeadLetters: MessageBus['collectDeadLetters'] = (service, keep) => this.bus.collectDeadLetters(service, (message: DeadMessage) => this.keeping(() => keep(message)));
}

export function describeDeadLetters(setUp: (database: TestDatabase) => Promise<DeadLettersUnderTest>): void {
  let database: TestDatabase;
  let issuer: TestIssuer;
  let under: DeadLettersUnderTest;
  let bus: BrittleBus;
  let service: Listening;
  const logged: string[] = [];

  beforeAll(async () => {
    [database, issuer] = [await testDatabase(), await testIssuer()];
    under = await setUp(database);
    bus = new BrittleBus(under.bus);
    const config = loadConfig(ServiceConfig, { DATABASE_URL: database.url, ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}` });
    const nobody = 'http://127.0.0.1:9';
    const logger = createLogger('notifier', 'debug', new Writable({ write: (line: Buffer, _encoding, done) => { logged.push(line.toString()); done(); } }));
    const runtime = { bus, logger, peers: { connector: nobody, issues: nobody, workflows: nobody, notifier: nobody }, tokenIssuer: { issuer: issuer.url, keys: remoteKeys(issuer.url) } };
    service = await startService({ service: 'notifier', module: HearerModule.register(config, runtime), runtime, port: 0 });
  }, 60_000);

  afterAll(async () => {
    await service.close();
    await under.tearDown();
    await issuer.stop();
    await database.drop();
  }, 60_000);

  afterEach(async () => {
    world.handle = () => undefined;
    bus.mend();
    await database.query('truncate notifier.dead_letters, notifier.outbox_dead, notifier.audit');
  });

  interface As {
    organization?: string;
    role?: string;
  }

  async function call<T = Record<string, unknown>>(method: string, path: string, { organization = 'acme', role = 'responder' }: As = {}, headers: Record<string, string> = {}): Promise<{ status: number; body: T }> {
    const token = await issuer.token({ user: 'noa@acme.test', organization: role === 'operator' ? '' : organization, roles: [role] });
    const response = await fetch(`${service.url}${path}`, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
    const text = await response.text();
    return { status: response.status, body: (text.startsWith('{') ? JSON.parse(text) : text) as T };
  }

  async function lettersFor(who: As = {}, query = ''): Promise<DeadLetter[]> {
    return (await call<Page<DeadLetter>>('GET', `/v1/dead-letters${query}`, who)).body.items;
  }

  /** The letter of a message, once it is there. */
  async function letterOf(messageId: string, who: As = {}): Promise<DeadLetter> {
    return eventually(async () => (await lettersFor(who)).find((letter) => letter.messageId === messageId));
  }

  function anEvent(fields: Partial<SendToSlack> = {}, envelope: Record<string, unknown> = {}): Record<string, unknown> & { id: string; data: SendToSlack } {
    const data = aSendToSlack({ connectionId: 'c1', destination: { id: 'C0SECALERT' }, ...fields });
    return { specversion: '1.0', id: uuid(), source: '/ci/job', type: TYPE, organizationid: data.organizationId, data, ...envelope };
  }

  /** @returns the id of the message */
  async function say(event: { id: string }): Promise<string> {
    await under.produce(Buffer.from(JSON.stringify(event)), { id: event.id });
    return event.id;
  }

  async function handledOnce(commandId: string): Promise<void> {
    await eventually(() => world.handled.some((entry) => entry.commandId === commandId));
    expect(world.handled.filter((entry) => entry.commandId === commandId)).toHaveLength(1);
  }

  describe('a command that can never be handled', () => {
    const bell = '\ud83d';

    test.each<[string, () => Buffer, string, string, As]>([
      ['is not JSON', () => Buffer.from('{"specversion": "1.0", nonsense'), 'invalid_event', 'line 1, column 24', { role: 'operator' }],
      ['is no CloudEvent', () => json({ hello: 'world' }), 'invalid_event', '/specversion', { role: 'operator' }],
      ['lacks what its contract demands', () => json(anEvent({ connectionId: '' })), 'invalid_data', '/data/connectionId', {}],
      ['has a field of another type deep inside', () => json(anEvent({ issues: [anIssue({ severity: 'enormous' as never })] })), 'invalid_data', '/data/issues/0/severity', {}],
      ['is of a version that nobody knows', () => json(anEvent({}, { type: 'slack.send.v7' })), 'unknown_version', '/type', {}],
      ['is larger than 256 kB', () => json(anEvent({}, { padding: 'x'.repeat(COMMAND_MAX_BYTES) })), 'too_large', String(COMMAND_MAX_BYTES), {}],
      ['holds half of a character', () => json(anEvent({ comment: `ring the ${bell}` })), 'unreadable', '/data/comment', {}],
      ['holds a NUL character', () => json(anEvent({ comment: 'a\0b' })), 'unreadable', '/data/comment', {}],
      ['names another organization inside than outside', () => json(anEvent({}, { organizationid: 'globex' })), 'wrong_organization', 'organizationid', { role: 'operator' }],
      ['names no organization', () => json(anEvent({}, { organizationid: undefined })), 'wrong_organization', 'organizationid', { role: 'operator' }],
    ])('because it %s is a dead letter at once that names the place; its neighbours pass', async (_, body, reason, place, who) => {
      const neighbours = [anEvent(), anEvent()] as const;
      const id = uuid();
      await Promise.all([say(neighbours[0]), under.produce(body(), { id }), say(neighbours[1])]);
      const letter = await eventually(async () => (await lettersFor(who)).find((one) => one.reason === reason));
      expect(letter).toMatchObject({ service: 'notifier', queue: QUEUE, reason, error: expect.stringContaining(place), attempts: 1, receivedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
      expect(letter.id).toMatch(/^notifier:[0-9a-f-]{36}$/);
      for (const { data } of neighbours) await handledOnce(data.commandId);
      expect(await lettersFor({ role: 'operator' })).toHaveLength(1);
    });

    test('because its handler says so keeps the handler\'s reason', async () => {
      world.handle = () => { throw new PermanentError('foreign_connection', 'The connection belongs to another organization.'); };
      expect(await letterOf(await say(anEvent()))).toMatchObject({ reason: 'foreign_connection', error: 'The connection belongs to another organization.', type: TYPE, organizationId: 'acme' });
    });

    test('is told in one line of log and counted by queue until it is gone', async () => {
      const letter = await letterOf(await say(anEvent({ connectionId: '' })));
      const lines = logged.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ letterId }) => letterId === letter.id);
      expect(lines).toMatchObject([{ level: 'warn', queue: QUEUE, reason: 'invalid_data', organizationId: 'acme' }]);
      const metrics = async (): Promise<string> => (await fetch(`${service.url}/metrics`)).text();
      expect(await metrics()).toContain(`tocsin_dead_letters{queue="${QUEUE}"} 1`);
      await call('DELETE', `/v1/dead-letters/${letter.id}`);
      expect(await metrics()).not.toContain(`tocsin_dead_letters{queue="${QUEUE}"}`);
    });
  });

  describe('a command whose handler fails', () => {
    test('is a dead letter after its last attempt, and is handled when it is replayed after a fix, its attempts beginning anew', async () => {
      const event = anEvent();
      let isFixed = false;
      world.handle = ({ commandId }) => { if (commandId === event.data.commandId && !isFixed) throw new Error('no such column'); };
      const letter = await letterOf(await say(event));
      expect(letter).toMatchObject({ reason: 'attempts_exhausted', error: 'Error: no such column', attempts: 3 });
      isFixed = true;
      expect(await call('POST', `/v1/dead-letters/${letter.id}/replay`)).toEqual({ status: 202, body: { id: letter.id, replayed: true } });
      await handledOnce(event.data.commandId);
      expect(world.handled.find(({ commandId }) => commandId === event.data.commandId)).toMatchObject({ attempt: 1 });
      expect(await lettersFor()).toEqual([]);
      expect((await call('POST', `/v1/dead-letters/${letter.id}/replay`)).status).toBe(404);
    }, 20_000);

    test('is the same letter again when it dies again', async () => {
      world.handle = () => { throw new PermanentError('foreign_connection'); };
      const messageId = await say(anEvent());
      const letter = await letterOf(messageId);
      await call('POST', `/v1/dead-letters/${letter.id}/replay`);
      expect((await letterOf(messageId)).id).toBe(letter.id);
    });

    test('is replayed to the hearer for which it died, not to the others', async () => {
      const heardByIssues: string[] = [];
      const subscription = await under.bus.subscribe('issues', 'issues.connection.changed.v1', ({ id }) => Promise.resolve(void heardByIssues.push(id ?? '')));
      const id = uuid();
      await under.produce(json({ specversion: '1.0', id, source: '/tocsin/connector', type: 'connection.changed.v1', organizationid: 'acme', data: { organizationId: 'acme' } }), { id, type: 'connection.changed.v1' });
      const letter = await letterOf(id);
      expect(letter).toMatchObject({ queue: 'notifier.connection.changed.v1', type: 'connection.changed.v1', reason: 'invalid_data' });
      await eventually(() => heardByIssues.length === 1);
      await call('POST', `/v1/dead-letters/${letter.id}/replay`);
      expect((await letterOf(id)).id).toBe(letter.id);
      await subscription.stop();
      expect(heardByIssues).toEqual([id]);
    });
  });

  describe('a letter is not lost', () => {
    test('and not doubled when the process dies between keeping it and taking it off the bus', async () => {
      let kept = 0;
      bus.keeping = async (keep) => {
        await keep();
        kept += 1;
        if (kept === 1) throw new Error('killed');
      };
      const letter = await letterOf(await say(anEvent({ connectionId: '' })));
      await eventually(() => kept === 2);
      expect((await lettersFor()).map(({ id }) => id)).toEqual([letter.id]);
    });

    test('while it cannot be kept: it stays on the bus until it can', async () => {
      let failures = 0;
      bus.keeping = (keep) => {
        failures += 1;
        return failures <= 2 ? Promise.reject(new Error('the database is away')) : keep();
      };
      await letterOf(await say(anEvent({ connectionId: '' })));
      expect(failures).toBe(3);
    });

    test('when the process dies between putting it back and forgetting it: it is handled, and handled again when it is replayed again', async () => {
      const event = anEvent();
      world.handle = () => { throw new PermanentError('foreign_connection'); };
      const letter = await letterOf(await say(event));
      world.handle = () => undefined;
      bus.puttingBack = async (putBack) => {
        await putBack();
        throw new Error('killed');
      };
      expect((await call('POST', `/v1/dead-letters/${letter.id}/replay`)).status).toBe(500);
      await handledOnce(event.data.commandId);
      expect(await lettersFor()).toHaveLength(1);
      bus.mend();
      expect((await call('POST', `/v1/dead-letters/${letter.id}/replay`)).status).toBe(202);
      await eventually(() => world.handled.filter(({ commandId }) => commandId === event.data.commandId).length === 2);
      expect(await lettersFor()).toEqual([]);
    });

    test('when the bus does not take it now: 503, and it is still there', async () => {
      const letter = await letterOf(await say(anEvent({ connectionId: '' })));
      bus.puttingBack = () => Promise.resolve(new BusUnavailableError('away'));
      expect(await call('POST', `/v1/dead-letters/${letter.id}/replay`)).toMatchObject({ status: 503, body: { type: 'urn:tocsin:problem:bus_away' } });
      expect(await lettersFor()).toHaveLength(1);
    });

    test('and replayed once by whoever clicks twice', async () => {
      const event = anEvent();
      world.handle = () => { throw new PermanentError('foreign_connection'); };
      const letter = await letterOf(await say(event));
      world.handle = () => undefined;
      const click = (): Promise<{ status: number }> => call('POST', `/v1/dead-letters/${letter.id}/replay`, {}, { 'idempotency-key': letter.id });
      expect((await Promise.all([click(), click()])).map(({ status }) => status)).toEqual([202, 202]);
      await handledOnce(event.data.commandId);
    });
  });

  describe('who sees what', () => {
    test('members see the letters of their organization, with what was said; tokens are blackened', async () => {
      const messageId = await say(anEvent({ connectionId: '', comment: `use ${TOKEN}` }));
      const letter = await letterOf(messageId);
      expect(letter).toMatchObject({ organizationId: 'acme', messageId, preview: expect.stringContaining('"commandId"') });
      expect(letter.preview).toHaveLength(500);
      const short = await letterOf(await say({ id: uuid(), specversion: '1.0', source: '/a', type: TYPE, organizationid: 'acme', data: { comment: `use ${TOKEN}` } } as never));
      expect(short.preview).toBe('{"comment":"use xoxb-…redacted"}');
    });

    test('nobody else does: not seen, not replayed, not deleted', async () => {
      const letter = await letterOf(await say(anEvent({ connectionId: '' })));
      const rival = { organization: 'globex' };
      expect(await lettersFor(rival)).toEqual([]);
      expect((await call('POST', `/v1/dead-letters/${letter.id}/replay`, rival)).status).toBe(404);
      expect((await call('DELETE', `/v1/dead-letters/${letter.id}`, rival)).status).toBe(404);
      expect((await call('GET', '/v1/dead-letters', { role: 'viewer' })).status).toBe(403);
      expect(await lettersFor()).toHaveLength(1);
    });

    test('operators see the letters of all, and nothing of what they say; each look is audited', async () => {
      world.handle = ({ comment }) => { throw new Error(`cannot digest "${comment ?? ''}"`); };
      const id = await say(anEvent({ comment: 'the launch code' }));
      const letter = await letterOf(id, { role: 'operator' });
      expect(letter).toMatchObject({ organizationId: 'acme', reason: 'attempts_exhausted', error: expect.stringMatching(/^Error \(/) });
      expect(JSON.stringify(letter)).not.toContain('launch code');
      expect(letter).not.toHaveProperty('preview');
      expect(await letterOf(id)).toMatchObject({ error: 'Error: cannot digest "the launch code"', preview: expect.stringContaining('commandId') });
      expect(await database.query(`select distinct actor, target from notifier.audit where action = 'dead_letters.listed'`)).toEqual([{ actor: { kind: 'user', id: 'noa@acme.test' }, target: { kind: 'dead_letters', id: 'notifier' } }]);
    }, 20_000);

    test('a letter that names no organization, or two, is for operators only', async () => {
      await under.produce(Buffer.from('nonsense'), { id: uuid() });
      const two = await say(anEvent({ connectionId: '' }, { organizationid: 'globex' }));
      await letterOf(two, { role: 'operator' });
      const letters = await eventually(async () => { const all = await lettersFor({ role: 'operator' }); return all.length === 2 && all; });
      expect(letters.map(({ organizationId }) => organizationId)).toEqual([undefined, undefined]);
      for (const organization of ['acme', 'globex']) expect(await lettersFor({ organization })).toEqual([]);
      expect((await call('DELETE', `/v1/dead-letters/${letters[0]?.id ?? ''}`)).status).toBe(404);
      expect((await call('DELETE', `/v1/dead-letters/${letters[0]?.id ?? ''}`, { role: 'operator' })).status).toBe(204);
    });
  });

  describe('the list', () => {
    test('is paged newest first, and filtered by reason, queue and type', async () => {
      const ids: string[] = [];
      for (const fields of [{ connectionId: '' }, { comment: 'a\0' }, { connectionId: '' }]) ids.unshift((await letterOf(await say(anEvent(fields)))).id);
      const first = (await call<Page<DeadLetter>>('GET', '/v1/dead-letters?limit=2')).body;
      const second = (await call<Page<DeadLetter>>('GET', `/v1/dead-letters?limit=2&cursor=${first.nextCursor ?? ''}`)).body;
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
      expect(second.nextCursor).toBeNull();
      expect((await lettersFor({}, '?reason=unreadable')).map(({ id }) => id)).toEqual([ids[1]]);
      expect(await lettersFor({}, `?reason=unreadable,invalid_data&queue=${QUEUE}&type=${TYPE}`)).toHaveLength(3);
      expect(await lettersFor({}, '?queue=notifier.outbox')).toEqual([]);
      const place = (...key: string[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');
      for (const query of ['colour=red', 'limit=0', 'cursor=x', `cursor=${place('2026-01-01T00:00:00Z', 'x')}`, `cursor=${place('x', uuid())}`]) expect((await call('GET', `/v1/dead-letters?${query}`)).status).toBe(400);
    });

    test('tells of each replay and each deletion in the audit log of the organization', async () => {
      const [first, second] = [await letterOf(await say(anEvent({ connectionId: '' }))), await letterOf(await say(anEvent({ comment: 'a\0' })))];
      await call('POST', `/v1/dead-letters/${first.id}/replay`);
      await letterOf(first.messageId ?? '');
      expect((await call('DELETE', `/v1/dead-letters/${second.id}`)).status).toBe(204);
      expect((await call('DELETE', `/v1/dead-letters/${second.id}`)).status).toBe(404);
      const { body } = await call<Page<AuditEntry>>('GET', '/v1/audit', { role: 'admin' });
      expect(body.items).toMatchObject([
        { action: 'dead_letter.deleted', target: { kind: 'dead_letter', id: second.id }, actor: { id: 'noa@acme.test' }, before: { queue: QUEUE, reason: 'unreadable' } },
        { action: 'dead_letter.replayed', target: { kind: 'dead_letter', id: first.id }, before: { queue: QUEUE, reason: 'invalid_data' } },
      ]);
    });

    test('takes no body with what is asked of one of them: its fields are refused, not ignored', async () => {
      const letter = await letterOf(await say(anEvent({ connectionId: '' })));
      for (const [method, path] of [['POST', `${letter.id}/replay`], ['DELETE', letter.id]] as const) {
        const response = await fetch(`${service.url}/v1/dead-letters/${path}`, {
          method, headers: { authorization: `Bearer ${await issuer.token({ user: 'noa@acme.test', organization: 'acme', roles: ['responder'] })}`, 'content-type': 'application/json' }, body: '{"force":true}',
        });
        expect([response.status, await response.json()]).toMatchObject([400, { errors: [{ pointer: '/force', code: 'unknown_field' }] }]);
      }
      expect(await lettersFor()).toHaveLength(1);
    });

    test.each(['x', 'x/replay'])('asks who is calling before it looks at the id: %s', async (path) => {
      expect((await fetch(`${service.url}/v1/dead-letters/${path}`, { method: path === 'x' ? 'DELETE' : 'POST' })).status).toBe(401);
    });

    test.each(['0198f000-0000-7000-8000-000000000000', 'issues:0198f000-0000-7000-8000-000000000000', 'notifier:nothing'])('does not hold %s', async (id) => {
      expect((await call('POST', `/v1/dead-letters/${id}/replay`)).status).toBe(404);
      expect((await call('DELETE', `/v1/dead-letters/${id}`)).status).toBe(404);
    });
  });

  describe('a message that the bus refuses', () => {
    async function refused(): Promise<DeadLetter> {
      await world.outbox?.transaction((tx) => tx.query(
        `insert into outbox (type, exchange, message_id, body, organization_id, failures) values ('weather.changed.v1', 'tocsin.events', $1, $2, 'acme', 9)`,
        [uuid(), JSON.stringify(anEvent({ comment: TOKEN }, { type: 'weather.changed.v1' }))],
      ));
      return eventually(async () => (await lettersFor())[0]);
    }

    test('is a letter of the outbox, and goes back there when it is replayed', async () => {
      const letter = await refused();
      expect(letter).toMatchObject({ queue: 'notifier.outbox', type: 'weather.changed.v1', reason: 'unroutable', attempts: 10, organizationId: 'acme', preview: expect.stringContaining('commandId') });
      expect(letter.preview).not.toContain(TOKEN);
      expect(await call('POST', `/v1/dead-letters/${letter.id}/replay`)).toMatchObject({ status: 202 });
      expect(await lettersFor()).toEqual([]);
      await eventually(async () => (await database.query('select from notifier.outbox where failures = 1')).length === 1);
      await database.query('delete from notifier.outbox');
    });

    test('can be deleted', async () => {
      const letter = await refused();
      expect((await call('DELETE', `/v1/dead-letters/${letter.id}`)).status).toBe(204);
      expect(await database.query('select from notifier.outbox_dead union all select from notifier.outbox')).toEqual([]);
    });
  });
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
