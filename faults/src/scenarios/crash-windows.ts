/**
 * The windows in which a crash could lose or double a message, each hit exactly by a fail point: the process dies there, is
 * started again, and what must have come of it is known to the message.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Facts } from '../ledgers.js';
import { NONE, type Scenario } from '../scenario.js';
import type { System } from '../system/system.js';
import { allPosted, expected, nothingUnknown } from './expectations.js';

interface CrashWindow {
  /** As in docs/reliability.md. */
  number: number;
  name: string;
  service: 'issues' | 'notifier';
  point: string;
  fault: string;
  heals: string;
  /**
   * What nobody can know afterwards. `none`: nothing. `unsent`: whether it was sent, and it was not. `posted`: whether it was
   * sent, and it was. `others`: nothing of the window itself, only what else was in flight.
   */
  unknown: 'none' | 'unsent' | 'posted' | 'others';
}

const WINDOWS: readonly CrashWindow[] = [
  { number: 1, name: 'before-command-commit', service: 'issues', point: 'command.commit', fault: 'issues dies before the commit of a send', heals: 'nothing happened; the request is repeated under its key', unknown: 'none' },
  { number: 2, name: 'after-command-commit', service: 'issues', point: 'command.commit', fault: 'issues dies after the commit of a send, before its answer', heals: 'the same key gives the same command', unknown: 'none' },
  { number: 3, name: 'before-publish', service: 'issues', point: 'outbox.publish', fault: 'issues dies with a batch of its outbox in hand, before it is published', heals: 'the rows are there still', unknown: 'none' },
  { number: 3, name: 'after-publish', service: 'issues', point: 'outbox.publish', fault: 'issues dies after the broker confirmed, before the rows of its outbox are deleted', heals: 'they are published again with the same ids, which are known', unknown: 'none' },
  { number: 5, name: 'before-arrival-commit', service: 'notifier', point: 'arrival.commit', fault: 'notifier dies with commands in hand, before their commit', heals: 'the broker delivers them again', unknown: 'none' },
  { number: 6, name: 'after-arrival-commit', service: 'notifier', point: 'arrival.commit', fault: 'notifier dies after the commit of commands, before they are acknowledged', heals: 'the broker delivers them again, and their ids are known', unknown: 'none' },
  { number: 7, name: 'after-claim', service: 'notifier', point: 'claim.commit', fault: 'notifier dies after it claimed deliveries, before it marked them as started', heals: 'the lease ends; what was not started is safe to send', unknown: 'none' },
  { number: 7, name: 'after-start', service: 'notifier', point: 'start.commit', fault: 'notifier dies after it marked deliveries as started, before their requests', heals: 'the lease ends; nobody knows, and policy decides', unknown: 'unsent' },
  { number: 8, name: 'request-written', service: 'notifier', point: 'request.write', fault: 'notifier dies when a request is written and its answer is out', heals: 'the lease ends; nobody knows, and policy decides', unknown: 'posted' },
  { number: 9, name: 'answer-read', service: 'notifier', point: 'answer.read', fault: 'notifier dies when it has read an answer, before it is recorded', heals: 'the lease ends; nobody knows, and policy decides', unknown: 'posted' },
  { number: 10, name: 'after-finish', service: 'notifier', point: 'finish.commit', fault: 'notifier dies after results were committed, before they are told', heals: 'the outbox tells them', unknown: 'others' },
  { number: 11, name: 'after-settlement', service: 'issues', point: 'settlement.commit', fault: 'issues dies after it noted an outcome, before it is acknowledged', heals: 'it comes again, and its version is known', unknown: 'none' },
];

interface Death {
  /** What ended the process. */
  signal: string;
  /** In Slack at the moment of death, and not posted as far as the database knows. */
  orphans: string[];
}

function crashWindow({ number, name, service, point, fault, heals, unknown }: CrashWindow): Scenario<Death> {
  return {
    name: `window-${number}-${name}`, fault, holds: heals,
    load: NONE,
    strike: async (system) => {
      await system.sandbox.fault({ latencyMs: 100 });
      const one = system.service(service);
      await one.terminate();
      // the first pass finds nothing else in flight that could be lost with it
      const pass = service === 'notifier' && unknown === 'none' ? 1 : system.random.between(1, 5);
      await one.start({ FAILPOINT: `${point}:${pass}${name.startsWith('before-') ? ':before' : ''}` });
      // by hand policy holds what nobody can know, so that only a workflow's messages can be counted
      const sending = system.load.send({ byHand: unknown === 'none' ? 60 : 0, commands: 100, seconds: 4 });
      const { signal } = await one.ended(30_000);
      await sleep(500); // what is written still arrives
      const orphans = await orphansOf(system);
      if (service === 'notifier') await system.everyNotifierIsDead();
      await Promise.all([one.start(), sending]);
      return { signal: signal ?? 'none', orphans };
    },
    judge: (facts, { signal, orphans }) => [
      ...expected(signal === 'SIGKILL', `the process was to die at its fail point and ended with ${signal}`),
      ...allPosted(facts),
      ...EXPECTED[unknown](facts, orphans),
    ],
  };
}

async function orphansOf(system: System): Promise<string[]> {
  const recorded = new Set((await system.query<{ delivery_id: string }>(`select delivery_id from notifier.deliveries where state = 'posted'`)).map(({ delivery_id }) => delivery_id));
  return (await system.sandbox.messages()).map(({ metadata }) => metadata?.event_payload?.delivery_id ?? '').filter((id) => !recorded.has(id));
}

const EXPECTED: Record<CrashWindow['unknown'], (facts: Facts, orphans: readonly string[]) => string[]> = {
  none: (facts) => nothingUnknown(facts),
  unsent: (facts, orphans) => [
    ...doubledAre(facts, orphans),
    ...expected(facts.deliveries.some(({ ambiguous }) => ambiguous > 0), 'nothing that was marked as started counts as possibly sent'),
  ],
  posted: (facts, orphans) => [...doubledAre(facts, orphans), ...expected(orphans.length > 0, 'the window was not hit: nothing was posted and not recorded')],
  others: doubledAre,
};

/** Each message that was posted and not recorded is there twice, and no other. */
function doubledAre({ posts }: Facts, orphans: readonly string[]): string[] {
  const copies = new Map<string, number>();
  for (const { id = '' } of posts) copies.set(id, (copies.get(id) ?? 0) + 1);
  const doubled = [...copies].filter(([, count]) => count > 1).map(([id]) => id).sort();
  return expected(JSON.stringify(doubled) === JSON.stringify([...orphans].sort()), `${orphans.length} were posted and not recorded, ${doubled.length} are there twice`);
}

export const CRASH_WINDOWS: readonly Scenario[] = WINDOWS.map(crashWindow);
