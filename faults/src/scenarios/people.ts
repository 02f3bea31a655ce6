/** What people do while something is broken: replay, pause, take back, connect again. */
import { setTimeout as sleep } from 'node:timers/promises';

import { eventually } from '@tocsin/testing';

import { NONE, type Scenario } from '../scenario.js';
import type { Place } from '../system/load.js';
import type { System } from '../system/system.js';
import { allPosted, expected, noDuplicates, nothingUnknown } from './expectations.js';

function organizationsOf({ places }: System): string[] {
  return [...new Set(places.map(({ organizationId }) => organizationId))];
}

function firstPlace({ places: [place] }: System): Place {
  if (place === undefined) throw new Error('nothing is connected');
  return place;
}

/** Whoever does it repeats it until it is answered. */
async function insist(system: System, service: 'connector' | 'notifier', organization: string, path: string, body: object, method: 'POST' | 'DELETE' = 'POST'): Promise<void> {
  await eventually(async () => (await system.call(method, service, organization, path, body).catch(() => ({ status: 0 }))).status < 300, { timeout: 60_000 });
}

async function countOf({ query }: System, condition: string): Promise<number> {
  const [row] = await query<{ count: number }>(`select count(*)::int as count from notifier.deliveries where ${condition}`);
  return row?.count ?? 0;
}

const replaysInACrash: Scenario<number> = {
  name: 'replays-in-a-crash', fault: 'all that Slack refused is replayed, and PostgreSQL ends at once (immediate) twice meanwhile', holds: 'each is sent again once, however often the replay is asked for under its key', strikesServers: true,
  load: { byHand: 0, commands: 400, seconds: 4 },
  strike: async (system) => {
    await system.sandbox.fault({ probability: 0.7, error: 'not_in_channel' });
    await eventually(async () => (await countOf(system, 'settled_at is not null')) === 400, { timeout: 60_000 });
    await system.sandbox.noFaults();
    const failed = await countOf(system, `state = 'failed'`);
    const asking = Promise.all(organizationsOf(system).map((organization) => insist(system, 'notifier', organization, '/v1/deliveries/replay', { filter: { state: ['failed'] } })));
    for (let time = 0; time < 2; time += 1) {
      await sleep(system.random.between(100, 700));
      await system.servers.postgres?.restart('immediate');
    }
    await asking;
    await eventually(async () => (await system.query(`select 1 from notifier.replays where state = 'running'`)).length === 0, { timeout: 60_000 });
    return failed;
  },
  judge: ({ deliveries, ...rest }, failed) => {
    const again = deliveries.filter(({ replayOf }) => replayOf !== undefined);
    const [repeated, posted] = [new Set(again.map(({ replayOf }) => replayOf)).size, again.filter(({ state }) => state === 'posted').length];
    return [...noDuplicates({ deliveries, ...rest }), ...expected(failed > 0 && repeated === failed && again.length === failed && posted === failed, `${failed} were refused, ${repeated} of them sent again ${again.length} times, ${posted} posted`)];
  },
};

const pausedWithoutBroker: Scenario = {
  name: 'paused-without-a-broker', fault: 'everything is paused while the broker is away and a backlog is on its way, and goes on before the broker is back', holds: 'nothing is held for ever, nothing is lost, nothing is posted twice', strikesServers: true,
  load: { seconds: 8 },
  strike: async (system) => {
    await sleep(1500);
    await system.servers.broker?.control('stop_app');
    for (const organization of organizationsOf(system)) await insist(system, 'notifier', organization, '/v1/deliveries/pause', {});
    await sleep(system.random.between(500, 2500));
    for (const organization of organizationsOf(system)) await insist(system, 'notifier', organization, '/v1/deliveries/resume', {});
    await system.servers.broker?.control('start_app');
  },
  judge: (facts) => [...nothingUnknown(facts), ...allPosted(facts)],
};

const takenBackWhileLimited: Scenario = {
  name: 'taken-back-while-limited', fault: 'twenty messages are taken back while Slack limits and loses deletions, and notifier is killed meanwhile; whoever was not answered asks again', holds: 'none of them is in Slack, each says so', load: NONE,
  strike: async (system) => {
    const place = firstPlace(system);
    const ids = await Promise.all(place.channels.slice(0, 20).map((channel) => system.load.sendCommand(place, channel)));
    await eventually(async () => (await countOf(system, `state = 'posted'`)) === 20, { timeout: 60_000 });
    await system.sandbox.fault({ method: 'chat.delete', probability: 0.2, lost: 'after' });
    await system.sandbox.fault({ method: 'chat.delete', probability: 0.2, retryAfter: 1 });
    const taking = Promise.all(ids.map((id) => takeBack(system, place.organizationId, id)));
    await sleep(system.random.between(100, 500));
    await system.notifier.kill();
    await system.notifier.start();
    await taking;
  },
  judge: ({ deliveries, posts }) => [
    ...expected(posts.length === 0, `${posts.length} that were taken back are in Slack`),
    ...expected(deliveries.every(({ errorCode }) => errorCode === 'retracted'), `some say otherwise: ${deliveries.map(({ state, errorCode }) => `${state} ${errorCode ?? ''}`).join(', ')}`),
  ],
};

/** Until it is taken back; another attempt may be on its way still. */
async function takeBack(system: System, organization: string, id: string): Promise<void> {
  await eventually(async () => {
    await system.call('POST', 'notifier', organization, `/v1/deliveries/${id}/retract`, {}).catch(() => undefined);
    await sleep(300);
    return (await countOf(system, `delivery_id = '${id}' and state = 'suppressed'`)) === 1;
  }, { timeout: 90_000 });
}

const connectedAgain: Scenario<string> = {
  name: 'connected-again-in-a-burst', fault: 'in the middle of a burst a workspace is disconnected and, seconds later, connected again', holds: 'its messages wait meanwhile, all are posted once', load: { byHand: 0, seconds: 6 },
  strike: async (system) => {
    const place = firstPlace(system);
    await sleep(1500);
    await insist(system, 'connector', place.organizationId, `/v1/connections/${place.connectionId}`, {}, 'DELETE');
    await sleep(system.random.between(300, 3000));
    await insist(system, 'connector', place.organizationId, '/v1/connections', { method: 'token', hostUrl: 'https://acme.slack.com', token: 'xoxb-sandbox-acme' });
    return place.connectionId;
  },
  judge: async (facts, connectionId, { query }) => {
    const states = await query<{ state: string }>('select state from notifier.connections where connection_id = $1', [connectionId]);
    return [...nothingUnknown(facts), ...allPosted(facts), ...expected(states[0]?.state === 'active', `the connection is ${states[0]?.state ?? 'gone'}`)];
  },
};

export const PEOPLE_WHILE_BROKEN: readonly Scenario[] = [replaysInACrash, pausedWithoutBroker, takenBackWhileLimited, connectedAgain];
