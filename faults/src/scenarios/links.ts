/** Faults of the network between the services and their servers. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Facts } from '../ledgers.js';
import type { LinkMode } from '../proxy/link.js';
import type { Scenario } from '../scenario.js';
import { allPosted, noDuplicates } from './expectations.js';

const harmless = (facts: Facts): string[] => [...noDuplicates(facts), ...allPosted(facts)];

const allCut: Scenario = {
  name: 'links-cut', fault: 'every connection of every service is reset, twelve times at random moments, those to Slack included', holds: 'nothing lost; a duplicate only where an answer was cut off',
  strike: async (system) => {
    await system.sandbox.fault({ latencyMs: 150 });
    for (let time = 0; time < 12; time += 1) {
      await sleep(system.random.between(50, 500));
      await system.proxy.cut('*');
    }
  },
  judge: (facts) => allPosted(facts, { heldByHand: true }),
};

/** A link in a mode for a while, then healed and whatever stands is cut, as a router would that comes back. */
function broken(name: string, fault: string, links: string, mode: LinkMode, seconds: number): Scenario {
  return {
    name, fault, holds: 'nothing lost, no duplicate',
    strike: async (system) => {
      await sleep(1500);
      await system.proxy.mode(links, mode);
      if (mode.silent === true) await system.proxy.cut(links); // what stands would stand
      await sleep(seconds * 1000);
      await system.proxy.heal();
    },
    judge: harmless,
  };
}

function cutAfter(name: string, fault: string, links: string, direction: 'up' | 'down'): Scenario {
  return {
    name, fault, holds: 'nothing lost, no duplicate',
    strike: async (system) => {
      for (let time = 0; time < 10; time += 1) {
        await system.proxy.mode(links, { cutAfter: { bytes: system.random.between(10, 6000), direction } });
        await system.proxy.cut(links);
        await sleep(system.random.between(100, 500));
      }
      await system.proxy.heal();
      await system.proxy.cut(links);
    },
    judge: harmless,
  };
}

const halfOpen: Scenario = {
  name: 'broker-half-open', fault: 'the broker’s side of every AMQP connection ends, and the services are not told', holds: 'they find out within two heartbeats of ten seconds; nothing lost, no duplicate',
  strike: async (system) => {
    await sleep(1500);
    await system.proxy.halfOpen('*.amqp');
  },
  judge: harmless,
};

const answersCutOff: Scenario = {
  name: 'slack-answers-cut-off', fault: 'connections to Slack are reset after a random number of bytes of answers', holds: 'nothing lost; a duplicate only where an answer was cut off',
  strike: async (system) => {
    for (let time = 0; time < 6; time += 1) {
      await system.proxy.mode('notifier.slack', { cutAfter: { bytes: system.random.between(1, 9000), direction: 'down' } });
      await system.proxy.cut('notifier.slack');
      await sleep(system.random.between(100, 400));
    }
    await system.proxy.heal();
    await system.proxy.cut('notifier.slack');
  },
  judge: (facts) => allPosted(facts, { heldByHand: true }),
};

export const LINK_FAULTS: readonly Scenario[] = [
  allCut,
  broken('broker-black-hole', 'nothing passes between the services and the broker for 15 s, and nobody is told', '*.amqp', { blackHole: true }, 15),
  broken('postgres-black-hole', 'nothing passes between notifier and PostgreSQL for 12 s, and nobody is told', 'notifier.postgres', { blackHole: true }, 12),
  broken('broker-silent', 'the broker’s port accepts and stays silent for 10 s, after a cut', '*.amqp', { silent: true }, 10),
  broken('broker-slow', 'every byte to and from the broker is 150 ms late for 6 s', '*.amqp', { latencyMs: 150 }, 6),
  halfOpen,
  cutAfter('broker-cut-up', 'connections to the broker are reset after a random number of bytes sent, ten times', '*.amqp', 'up'),
  cutAfter('broker-cut-down', 'connections to the broker are reset after a random number of bytes received, ten times', '*.amqp', 'down'),
  cutAfter('postgres-cut-down', 'connections to PostgreSQL are reset after a random number of bytes received, ten times', 'notifier.postgres', 'down'),
  answersCutOff,
];
