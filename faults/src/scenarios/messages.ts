/** Faults of the messages themselves, and everything at once. */
import { setTimeout as sleep } from 'node:timers/promises';

import { EXCHANGES, type CloudEvent, type SendToSlack } from '@tocsin/contracts';
import { aSendToSlack, eventually } from '@tocsin/testing';
import { connect } from 'amqplib';
import { v7 as uuid } from 'uuid';

import { NONE, type Scenario } from '../scenario.js';
import type { System } from '../system/system.js';
import { allPosted, expected, nothingUnknown } from './expectations.js';

const POISON = 6;

const poison: Scenario = {
  name: 'poison', fault: 'among good commands: no JSON, no such schema, another type, too large, another organization on the envelope, another organization’s connection', holds: 'dead letters with their reasons; neighbours are not held up',
  allowances: { deadLetters: POISON },
  strike: async (system) => {
    await sleep(1000);
    const [acme, globex] = system.places;
    if (!acme || !globex) throw new Error('two organizations are needed');
    const good: Pick<SendToSlack, keyof SendToSlack> = aSendToSlack({ organizationId: 'acme', connectionId: acme.connectionId, destination: { id: acme.channels[0] ?? '' } });
    const event = (data: object, organization = 'acme'): CloudEvent => ({ specversion: '1.0', id: uuid(), source: '/faults', type: 'slack.send.v1', time: new Date().toISOString(), organizationid: organization, data });
    await publishRaw(system, [
      '{ this is no JSON', JSON.stringify(event({ commandId: 7 })), JSON.stringify({ ...event(good), type: 'slack.send.v9' }),
      JSON.stringify(event({ ...good, commandId: uuid(), comment: 'x'.repeat(300_000) })), JSON.stringify(event({ ...good, commandId: uuid() }, 'globex')),
      JSON.stringify(event({ ...good, commandId: uuid(), connectionId: globex.connectionId })),
    ]);
  },
  judge: (facts) => [...nothingUnknown(facts), ...allPosted(facts)],
};

async function publishRaw({ servers, queues }: System, bodies: readonly string[]): Promise<void> {
  const connection = await connect(servers.amqpUrl, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  for (const body of bodies) channel.publish(queues.prefix + EXCHANGES.commands, 'slack.send.v1', Buffer.from(body), { contentType: 'application/cloudevents+json', persistent: true, messageId: uuid(), type: 'slack.send.v1' });
  await channel.waitForConfirms();
  await connection.close();
}

/** A rule in the database that only the suite knows stands for a bug of ours: recording one command throws, whenever it is tried. */
const handlerThrows: Scenario<string | undefined> = {
  name: 'handler-throws', fault: 'recording one command throws each time, until that is mended', holds: 'its neighbours are not held up; it becomes a dead letter, and is posted when that is replayed',
  strike: async (system) => {
    const id = uuid();
    await system.query(`create function notifier.throw() returns trigger language plpgsql as $$ begin raise exception 'a bug'; end $$`);
    await system.query(`create trigger throws before insert on notifier.commands for each row when (new.delivery_id::text = '${id}') execute function notifier.throw()`);
    const [place] = system.places;
    if (!place) throw new Error('no place takes messages');
    await system.load.sendCommand(place, place.channels[0] ?? '', { commandId: id });
    const letters = async (): Promise<DeadLetter[]> => (await system.call<{ items: DeadLetter[] }>('GET', 'notifier', 'acme', '/v1/dead-letters')).body.items;
    const letter = await eventually(async () => (await letters())[0], { timeout: 120_000 });
    await system.query('drop trigger throws on notifier.commands');
    await system.call('POST', 'notifier', 'acme', `/v1/dead-letters/${letter.id}/replay`);
    return letter.reason;
  },
  judge: (facts, reason) => [...nothingUnknown(facts), ...allPosted(facts), ...expected(reason === 'attempts_exhausted', `the dead letter says ${reason ?? 'nothing'}`)],
};

interface DeadLetter {
  id: string;
  reason: string;
}

const REFUSED = 6;

/** Each channel’s first message is refused, and not what comes in its place. */
const contentRefused: Scenario = {
  name: 'blocks-refused', fault: 'Slack refuses the blocks of six messages', holds: 'they go as plain text, once',
  strike: async ({ sandbox, places }) => {
    for (const channel of places[0]?.channels.slice(0, REFUSED) ?? []) await sandbox.fault({ channel, times: 1, error: 'invalid_blocks' });
  },
  judge: async (facts, _, { sandbox }) => {
    const plain = (await sandbox.messages()).filter(({ blocks, attachments }) => blocks === undefined && attachments === undefined);
    return [...nothingUnknown(facts), ...allPosted(facts), ...expected(plain.length === REFUSED, `${plain.length} messages went as plain text, ${REFUSED} were refused`)];
  },
};

const repeated: Scenario<number> = {
  name: 'repeated-on-the-bus', fault: 'every command comes three times, and all outcomes are said again afterwards, the oldest last', holds: 'one post each, issues keeps the newest outcome',
  load: NONE,
  strike: async (system) => {
    const recording = await recordOutcomes(system);
    await system.load.send({ byHand: 60, commands: 150, seconds: 5, copies: 3 });
    await system.atRest({}, 40_000);
    return recording.sayAgain();
  },
  judge: (facts, said) => [...nothingUnknown(facts), ...allPosted(facts), ...expected(said >= 200, `only ${said} outcomes were heard to be said again`)],
};

interface Recording {
  /** @returns how many outcomes there were */
  sayAgain: () => Promise<number>;
}

/** Hears every outcome beside issues, to say all of them again. */
async function recordOutcomes({ servers, queues }: System): Promise<Recording> {
  const connection = await connect(servers.amqpUrl, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const exchange = queues.prefix + EXCHANGES.events;
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, 'delivery.settled.v1');
  const heard: Buffer[] = [];
  const { consumerTag } = await channel.consume(queue, (message) => { if (message) heard.push(message.content); }, { noAck: true });
  return {
    sayAgain: async () => {
      await channel.cancel(consumerTag);
      const outcomes = [...heard].reverse();
      for (const content of outcomes) channel.publish(exchange, 'delivery.settled.v1', content, { contentType: 'application/cloudevents+json', persistent: true, messageId: uuid(), type: 'delivery.settled.v1' });
      await channel.waitForConfirms();
      await connection.close();
      return outcomes.length;
    },
  };
}

const everything: Scenario = {
  name: 'everything', fault: 'notifier and issues killed, PostgreSQL crashed, the broker’s connections closed, links cut, Slack posting and resetting, all within ten seconds', holds: 'the invariants', strikesServers: true,
  load: { seconds: 8 },
  strike: async (system) => {
    const { random, sandbox, proxy, servers } = system;
    await sandbox.fault({ probability: 0.05, lost: 'after' });
    await sandbox.fault({ latencyMs: 50 });
    const at = async (act: () => Promise<unknown>): Promise<void> => {
      await sleep(random.between(500, 8000));
      await act();
    };
    // a service that starts while PostgreSQL is away ends, and whoever supervises it starts it again: nobody does here
    let turn: Promise<unknown> = Promise.resolve();
    const inTurn = (act: () => Promise<unknown>): Promise<unknown> => (turn = turn.then(act));
    const again = (name: 'issues' | 'notifier'): Promise<unknown> => inTurn(async () => {
      await system.service(name).kill();
      await system.service(name).start();
    });
    await Promise.all([
      at(() => again('issues')), at(() => again('notifier')), at(() => proxy.cut('*')), at(() => proxy.cut('*.amqp')),
      at(async () => servers.broker?.control('close_all_connections', 'maintenance')), at(() => inTurn(async () => servers.postgres?.restart('immediate'))),
    ]);
    await sandbox.noFaults();
  },
  judge: (facts) => allPosted(facts, { heldByHand: true }),
};

export const MESSAGE_FAULTS: readonly Scenario[] = [poison, handlerThrows, contentRefused, repeated, everything];
