/** Faults of RabbitMQ: restarted, killed, its connections closed, queues lost or full, short of memory. */
import { setTimeout as sleep } from 'node:timers/promises';

import { eventually } from '@tocsin/testing';

import { LOAD, NONE, type Scenario } from '../scenario.js';
import type { OwnBroker } from '../system/own-broker.js';
import type { System } from '../system/system.js';
import { allPosted, expected, nothingUnknown } from './expectations.js';

function broker({ servers }: System): OwnBroker {
  if (servers.broker === undefined) throw new Error('this fault needs a RabbitMQ of its own');
  return servers.broker;
}

/** Neither loses nor doubles anything: the way in and the outcomes are repeated under their ids. */
const HARMLESS = { holds: 'nothing lost, no duplicate, consumers are back', strikesServers: true, judge: (facts: Parameters<typeof allPosted>[0]) => [...nothingUnknown(facts), ...allPosted(facts)] };

const appRestarted: Scenario = {
  ...HARMLESS, name: 'broker-restarted', fault: 'rabbitmqctl stop_app, four seconds later start_app',
  strike: async (system) => {
    await sleep(system.random.between(500, 1500));
    await broker(system).control('stop_app');
    await sleep(4000);
    await broker(system).control('start_app');
  },
};

const nodeKilled: Scenario = {
  ...HARMLESS, name: 'broker-killed', fault: 'kill -9 of the RabbitMQ node, then it is started again',
  strike: async (system) => {
    await sleep(system.random.between(500, 2500));
    await broker(system).kill();
    await broker(system).start();
  },
};

export const connectionsClosed: Scenario = {
  ...HARMLESS, name: 'broker-connections-closed', fault: 'every connection closed three times: by the administrator where the broker is the suite’s own, else by RST',
  strike: async (system) => {
    for (let time = 0; time < 3; time += 1) {
      await sleep(system.random.between(500, 1500));
      if (system.servers.broker) await broker(system).control('close_all_connections', 'maintenance');
      else await system.proxy.cut('*.amqp');
    }
  },
};

/** What was in the queue is gone with it, which no outbox can know; so it is deleted while nothing is sent. */
const queueDeleted: Scenario = {
  ...HARMLESS, name: 'queue-deleted', fault: 'the queue of commands is deleted (basic.cancel) between two loads', load: { byHand: 20, commands: 60, seconds: 1 },
  strike: async (system) => {
    const quiet = async (): Promise<boolean> => (await system.query<{ count: number }>('select count(*)::int as count from notifier.deliveries'))[0]?.count === 80;
    await eventually(quiet, { timeout: 30_000 });
    await broker(system).control('delete_queue', `${system.queues.prefix}notifier.slack.send.v1`);
    await system.load.send({ byHand: 20, commands: 60, seconds: 2 });
  },
};

const queueFull: Scenario<void> = {
  ...HARMLESS, name: 'queue-full', fault: 'a policy lets the queue of commands hold 20 messages while notifier is away', holds: 'publishers are refused, outboxes keep, everything arrives afterwards', load: NONE,
  strike: async (system) => {
    await system.notifier.terminate();
    await broker(system).control('set_policy', 'full', `^${system.queues.prefix.replaceAll('.', '\\.')}notifier\\.slack\\.send\\.v1$`, '{"max-length":20}', '--apply-to', 'queues');
    const sending = system.load.send({ byHand: 80, commands: 80, seconds: 2 });
    await eventually(() => keptBack(system), { timeout: 30_000 });
    await system.notifier.start();
    await broker(system).control('clear_policy', 'full');
    await sending;
  },
};

const memoryAlarm: Scenario<void> = {
  ...HARMLESS, name: 'broker-short-of-memory', fault: 'a memory alarm for five seconds: the broker reads nothing from publishers', holds: 'the API answers 202 all the while, everything is published afterwards', load: NONE,
  strike: async (system) => {
    await broker(system).control('set_vm_memory_high_watermark', 'absolute', '1MB');
    const sending = system.load.send(LOAD);
    await eventually(() => keptBack(system), { timeout: 30_000 });
    await sleep(5000);
    await broker(system).control('set_vm_memory_high_watermark', '0.4');
    await sending;
  },
  judge: (facts, _, system) => [...nothingUnknown(facts), ...allPosted(facts), ...expected([...system.load.answers.keys()].every((status) => status === '202'), `the API answered ${[...system.load.answers].join(' ')}`)],
};

const policyChanged: Scenario = {
  ...HARMLESS, name: 'policy-changed', fault: 'a policy comes, changes and goes on every queue while they are in use',
  strike: async (system) => {
    const onAll = `^${system.queues.prefix.replaceAll('.', '\\.')}`;
    for (const policy of ['{"delivery-limit":40}', '{"delivery-limit":60,"max-length":500000}']) {
      await sleep(system.random.between(300, 1000));
      await broker(system).control('set_policy', 'changed', onAll, policy, '--apply-to', 'queues');
    }
    await sleep(1000);
    await broker(system).control('clear_policy', 'changed');
  },
};

/** Set before a connection is made; a channel looks after its consumers once in a tick. */
const ACKNOWLEDGED_WITHIN = 'application:set_env(rabbit, consumer_timeout, 3000), application:set_env(rabbit, channel_tick_interval, 1000).';
const AS_BEFORE = 'application:set_env(rabbit, consumer_timeout, 1800000), application:set_env(rabbit, channel_tick_interval, 60000).';

/** While lanes are locked nothing can be recorded, and what is not recorded is not acknowledged: the broker's patience ends. */
const channelClosed: Scenario<boolean> = {
  ...HARMLESS, name: 'channel-closed', fault: 'commands cannot be recorded for ten seconds, and the broker closes the channel of their consumer (406, three seconds without acknowledgement)',
  strike: async (system) => {
    await broker(system).control('eval', ACKNOWLEDGED_WITHIN);
    await broker(system).control('close_all_connections', 'new limits');
    await eventually(async () => (await broker(system).control('list_consumers', 'queue_name')).includes('notifier.slack.send.v1'), { timeout: 30_000 });
    const client = await system.client();
    await client.query('begin; lock table notifier.lanes');
    const sending = system.load.send({ byHand: 20, commands: 60, seconds: 2 });
    await sleep(10_000);
    await client.query('commit');
    client.release();
    await broker(system).control('eval', AS_BEFORE);
    await sending;
    return system.notifier.said('PRECONDITION_FAILED').length > 0;
  },
  judge: (facts, wasClosed) => [...nothingUnknown(facts), ...allPosted(facts), ...expected(wasClosed, 'the broker closed no channel')],
};

/** Whether the outbox of issues holds what the broker does not take. */
async function keptBack({ query }: System): Promise<boolean> {
  const [row] = await query<{ count: number }>('select count(*)::int as count from issues.outbox');
  return (row?.count ?? 0) > 5;
}

export const BROKER_FAULTS: readonly Scenario[] = [appRestarted, nodeKilled, connectionsClosed, queueDeleted, queueFull, memoryAlarm, policyChanged, channelClosed];
