/** Faults of processes: killed, frozen, asked to end, added and taken away. */
import { setTimeout as sleep } from 'node:timers/promises';

import { LOAD, NONE, type Scenario } from '../scenario.js';
import type { Ending } from '../system/service-process.js';
import type { System } from '../system/system.js';
import { allPosted, atMostDuplicates, expected, noDuplicates, nothingUnknown } from './expectations.js';

/** Posts in flight at most, per replica. */
const CONCURRENCY = 32;

async function killAndStart(system: System, service: 'connector' | 'issues' | 'notifier', times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await sleep(system.random.between(800, 2000));
    await system.service(service).kill();
    if (service === 'notifier') await system.everyNotifierIsDead();
    await system.service(service).start();
  }
}

export function notifierKilled(times: number): Scenario {
  return {
    name: 'notifier-killed',
    fault: 'kill -9 of notifier at random moments, started again each time; Slack takes 80 ms to answer',
    holds: 'duplicates are at most the posts that were in flight',
    strike: async (system) => {
      await system.sandbox.fault({ latencyMs: 80 });
      await killAndStart(system, 'notifier', times);
    },
    judge: (facts) => [...atMostDuplicates(facts, times * CONCURRENCY), ...allPosted(facts, { heldByHand: true })],
  };
}

const notifierKilledUnpaced: Scenario = {
  ...notifierKilled(3), name: 'notifier-killed-unpaced', fault: 'the same without pacing, several messages of a channel under one lease', settings: { SLACK_CHANNEL_INTERVAL_MS: '0' },
  load: { channels: 4, commands: 800 },
};

const oneOfTwoKilled: Scenario = {
  name: 'one-of-two-notifiers-killed',
  fault: 'two notifiers, one of them killed at a random moment and gone for good',
  holds: 'the other one takes over what the first one had leased',
  load: NONE,
  strike: async (system) => {
    const second = await system.addReplica();
    await system.sandbox.fault({ latencyMs: 80 });
    const sending = system.load.send(LOAD);
    await sleep(system.random.between(1000, 3000));
    await second.kill();
    await sending;
  },
  judge: (facts) => [...atMostDuplicates(facts, CONCURRENCY), ...allPosted(facts, { heldByHand: true })],
};

const issuesKilled: Scenario = {
  name: 'issues-killed', fault: 'kill -9 of issues at three random moments; whoever had no answer repeats the request under its key', holds: 'no duplicates',
  load: { byHand: 200, commands: 200 }, strike: (system) => killAndStart(system, 'issues', 3), judge: (facts) => [...nothingUnknown(facts), ...allPosted(facts)],
};

const connectorKilled: Scenario = {
  name: 'connector-killed', fault: 'kill -9 of connector for six seconds, notifier restarted meanwhile: nobody has a token', holds: 'no duplicates, everything is posted afterwards',
  strike: async (system) => {
    await sleep(1000);
    await system.connector.kill();
    await system.notifier.terminate();
    await system.notifier.start();
    await sleep(5000);
    await system.connector.start();
  },
  judge: (facts) => [...nothingUnknown(facts), ...allPosted(facts)],
};

export function notifierTerminated(times: number): Scenario<Ending[]> {
  return {
    name: 'notifier-terminated',
    fault: 'SIGTERM to notifier under load; Slack takes 80 ms to answer',
    holds: 'exit code 0 in less than 15 s, no duplicate, no answer lost',
    strike: async (system) => {
      await system.sandbox.fault({ latencyMs: 80 });
      const endings: Ending[] = [];
      for (let time = 0; time < times; time += 1) {
        await sleep(system.random.between(800, 1800));
        endings.push(await system.notifier.terminate());
        await system.notifier.start();
      }
      return endings;
    },
    judge: (facts, endings) => [...nothingUnknown(facts), ...allPosted(facts), ...clean(endings)],
  };
}

function clean(endings: readonly Ending[]): string[] {
  return endings.flatMap(({ code, signal, ms }) => expected(code === 0 && ms < 15_000, `SIGTERM ended with ${signal ?? String(code)} after ${Math.round(ms)} ms`));
}

const everybodyTerminated: Scenario<Ending[]> = {
  name: 'everybody-terminated', fault: 'SIGTERM to issues, connector and notifier at once, under load', holds: 'exit code 0 in less than 15 s, no duplicate, no answer lost',
  strike: async (system) => {
    await system.sandbox.fault({ latencyMs: 80 });
    await sleep(system.random.between(1500, 3000));
    const endings = await Promise.all([system.issues.terminate(), system.connector.terminate(), system.notifier.terminate()]);
    await Promise.all([system.issues.start(), system.connector.start(), system.notifier.start()]);
    return endings;
  },
  judge: (facts, endings) => [...nothingUnknown(facts), ...allPosted(facts), ...clean(endings)],
};

const notifierFrozen: Scenario = {
  name: 'notifier-frozen',
  fault: 'two notifiers, one frozen (SIGSTOP) for 34 s, longer than a lease, then thawed; Slack takes 300 ms to answer',
  holds: 'duplicates are at most the posts that were in flight; late failures change nothing',
  load: NONE,
  strike: async (system) => {
    const second = await system.addReplica();
    await system.sandbox.fault({ latencyMs: 300 });
    const sending = system.load.send(LOAD);
    await sleep(system.random.between(1000, 2500));
    second.freeze();
    await sleep(34_000);
    second.thaw();
    await sending;
  },
  judge: (facts) => [...atMostDuplicates(facts, CONCURRENCY), ...allPosted(facts, { heldByHand: true })],
};

const replicas: Scenario<Ending[]> = {
  name: 'replicas-1-4-1', fault: 'three more notifiers join under load, and all but one are asked to end', holds: 'no duplicates, every ending clean', load: { seconds: 9, commands: 600 },
  strike: async (system) => {
    await sleep(1000);
    const added = await Promise.all([system.addReplica(), system.addReplica(), system.addReplica()]);
    await sleep(1500);
    return Promise.all([system.notifier.terminate(), ...added.slice(1).map((replica) => replica.terminate())]);
  },
  judge: (facts, endings) => [...nothingUnknown(facts), ...allPosted(facts), ...clean(endings)],
};

const wrongClock: Scenario = {
  name: 'wrong-clock', fault: 'two notifiers, the clock of one is two hours ahead, then one is two hours behind', holds: 'nothing expires, nothing is posted twice: only the clock of the database counts', load: NONE,
  strike: async (system) => {
    await system.addReplica({ NODE_OPTIONS: skewedBy(7_200_000) });
    await system.addReplica({ NODE_OPTIONS: skewedBy(-7_200_000) });
    await system.notifier.terminate();
    await system.load.send(LOAD);
  },
  judge: (facts) => [...noDuplicates(facts), ...allPosted(facts)],
};

const killedWhileFolding: Scenario<unknown> = {
  name: 'killed-while-folding', fault: 'lanes fall behind, so that their messages are folded into digests, and notifier is killed three times meanwhile', holds: 'every message is told, by itself or in one digest; duplicates are at most what was in flight',
  settings: { DIGEST_AFTER_SECONDS: '2', SLACK_CHANNEL_INTERVAL_MS: '500' }, load: { commands: 400, channels: 2, foldable: true },
  strike: async (system) => {
    await system.sandbox.fault({ latencyMs: 80 });
    await killAndStart(system, 'notifier', 3);
  },
  judge: (facts) => [
    ...atMostDuplicates(facts, 3 * CONCURRENCY), ...allPosted(facts, { heldByHand: true }),
    ...expected(facts.deliveries.some(({ kind }) => kind === 'digest'), 'nothing was folded'),
  ],
};

function skewedBy(ms: number): string {
  const source = `const now=Date.now.bind(Date);const D=Date;globalThis.Date=class extends D{constructor(...a){if(a.length===0)super(now()+${ms});else super(...a)}static now(){return now()+${ms}}};`;
  return `--import data:text/javascript;base64,${Buffer.from(source).toString('base64')}`;
}

export const PROCESS_FAULTS: readonly Scenario[] = [
  notifierKilled(3), notifierKilledUnpaced, oneOfTwoKilled, issuesKilled, connectorKilled, notifierTerminated(3), everybodyTerminated, notifierFrozen, replicas, wrongClock, killedWhileFolding,
];
