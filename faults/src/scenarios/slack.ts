/** Faults of Slack: it limits, fails, is silent, talks nonsense, is away, or takes a token back. */
import { setTimeout as sleep } from 'node:timers/promises';

import { eventually } from '@tocsin/testing';

import type { Facts } from '../ledgers.js';
import type { Scenario } from '../scenario.js';
import type { SandboxFault } from '../system/sandbox.js';
import type { System } from '../system/system.js';
import { allPosted, expected, nothingUnknown } from './expectations.js';
import { LIMITS } from './limits.js';

/** A fault that strikes some posts for as long as there is load; then Slack is well again. */
function answering(name: string, fault: string, sandboxFault: SandboxFault, wasPosted: boolean): Scenario {
  return {
    name: `slack-${name}`, fault,
    holds: wasPosted ? 'each lost answer of a workflow’s message is one duplicate, marked; by hand it is held' : 'no duplicates, whatever had to be repeated',
    strike: async ({ sandbox }) => {
      await sandbox.fault(sandboxFault);
      await sleep(7000);
      await sandbox.noFaults();
    },
    judge: (facts) => [...allPosted(facts, { heldByHand: true }), ...copiesAre(facts, wasPosted)],
  };
}

/** How often each message is in Slack: once, and once more for each answer that was lost after it had been posted. */
function copiesAre({ deliveries, posts }: Facts, wasPosted: boolean): string[] {
  const copies = new Map<string, number>();
  for (const { id = '' } of posts) copies.set(id, (copies.get(id) ?? 0) + 1);
  const wrong = deliveries.filter(({ id, ambiguous, source, state }) => {
    const present = copies.get(id) ?? 0;
    if (source === 'manual' && state === 'unconfirmed') return present !== (wasPosted ? 1 : 0);
    return present !== (wasPosted ? ambiguous + 1 : 1);
  });
  return [
    ...expected(wrong.length === 0, `${wrong.length} are in Slack another number of times than can be explained: ${wrong.slice(0, 5).map(({ id, ambiguous }) => `${id} (${ambiguous} lost) ×${copies.get(id) ?? 0}`).join(', ')}`),
    ...expected(deliveries.some(({ ambiguous }) => ambiguous > 0), 'the fault struck nothing'),
  ];
}

const ANSWERS: readonly Scenario[] = [
  answering('500', 'one in four posts answers 500 and is not posted', { probability: 0.25, status: 500 }, false),
  answering('500-posted', 'one in ten posts answers 503 although it is posted', { probability: 0.1, status: 503, lost: 'after' }, true),
  answering('internal-error', 'one in ten posts answers internal_error and is not posted', { probability: 0.1, error: 'internal_error' }, false),
  answering('internal-error-posted', 'one in ten posts answers internal_error although it is posted', { probability: 0.1, error: 'internal_error', lost: 'after' }, true),
  answering('hangs', 'one in thirty posts is never answered and not posted', { probability: 0.03, hang: true }, false),
  answering('posts-then-hangs', 'one in thirty posts is never answered although it is posted', { probability: 0.03, hang: true, lost: 'after' }, true),
  answering('resets-before', 'one in ten connections is reset before anything is posted', { probability: 0.1, lost: 'before' }, false),
  answering('posts-then-resets', 'one in ten connections is reset after the message was posted', { probability: 0.1, lost: 'after' }, true),
  answering('half-answer', 'one in ten answers ends in the middle', { probability: 0.1, cut: true }, true),
  answering('html', 'one in ten answers is a page of HTML with status 200, although it is posted', { probability: 0.1, body: '<html><body>Sorry</body></html>', lost: 'after' }, true),
  answering('length-too-long', 'one in thirty answers promises more bytes than come, although it is posted', { probability: 0.03, lengthOff: 40 }, true),
  answering('length-too-short', 'one in ten answers promises fewer bytes than come, although it is posted', { probability: 0.1, lengthOff: -40 }, true),
  answering('ok-without-ts', 'one in ten answers says ok and not where, although it is posted', { probability: 0.1, body: { ok: true }, lost: 'after' }, true),
];

/** Requests while Slack is away, fewer than this: until the breaker opens, and the probes after it. */
const ATTEMPTS = 20;

const down: Scenario<number> = {
  name: 'slack-down', fault: 'Slack resets every connection for 15 s', holds: 'the breaker opens before twenty requests, then one probe in five seconds; everything is posted afterwards',
  strike: async ({ proxy }) => {
    await sleep(1500);
    const connects = async (): Promise<number> => (await proxy.links())['notifier.slack']?.accepted ?? 0;
    await proxy.mode('notifier.slack', { reset: true });
    await proxy.cut('notifier.slack');
    const before = await connects();
    await sleep(15_000);
    const during = (await connects()) - before;
    await proxy.heal();
    return during;
  },
  judge: (facts, attempts) => [...allPosted(facts, { heldByHand: true }), ...expected(attempts < ATTEMPTS, `${attempts} connections to a Slack that was away`)],
};

const awayForHours: Scenario = {
  name: 'slack-away-for-hours', fault: 'Slack cannot be reached for five hours (time is made to pass)', holds: 'nothing expires, nothing is charged, all is posted once', load: { byHand: 20, commands: 100, seconds: 2 },
  strike: async (system) => {
    await system.proxy.mode('notifier.slack', { refuse: true });
    await sleep(4000);
    for (let hour = 0; hour < 5; hour += 1) {
      await system.query(`update notifier.deliveries set said_at = said_at - interval '1 hour', created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour'`);
      await system.passTime(3600);
      await sleep(1000);
    }
    await system.proxy.heal();
  },
  judge: (facts) => [...nothingUnknown(facts), ...allPosted(facts)],
};

const tokenRevoked: Scenario = {
  name: 'token-revoked', fault: 'the token of a workspace is revoked for four seconds; then it is valid again and somebody has the connection checked', holds: 'its deliveries wait and are charged nothing, all are posted once',
  load: { seconds: 4 },
  strike: async (system) => {
    await sleep(1000);
    await system.sandbox.token('xoxb-sandbox-acme', 'revoked');
    await sleep(4000);
    await system.sandbox.token('xoxb-sandbox-acme', 'active');
    await reconnect(system);
  },
  judge: async (facts, _, { query }) => {
    const charged = await query<{ delivery_id: string }>('select delivery_id from notifier.deliveries where attempts > 1');
    return [...nothingUnknown(facts), ...allPosted(facts), ...expected(charged.length === 0, `${charged.length} deliveries were charged for a token that was refused`)];
  },
};

async function reconnect(system: System): Promise<void> {
  const [place] = system.places;
  if (place === undefined) throw new Error('nothing is connected');
  await eventually(async () => {
    await system.call('POST', 'connector', place.organizationId, `/v1/connections/${place.connectionId}/verify`);
    const [row] = await system.query<{ state: string }>('select state from notifier.connections where connection_id = $1', [place.connectionId]);
    return row?.state === 'active';
  }, { timeout: 30_000 });
}

export const SLACK_FAULTS: readonly Scenario[] = [...ANSWERS, ...LIMITS, down, awayForHours, tokenRevoked];
