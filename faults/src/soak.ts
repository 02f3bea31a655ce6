/**
 * `npm run soak [-- minutes]`: load for as long as it is told (30 minutes unless said otherwise), a random fault every twenty
 * seconds, then the invariants. SEED=… plays the same faults again, SOAK_RATE=… says how many messages a second.
 */
import 'reflect-metadata';

import { setTimeout as sleep } from 'node:timers/promises';

import { violations } from './invariants.js';
import { newSeed, Random } from './random.js';
import { figuresOf } from './scenario.js';
import { SoakFigures } from './soak-figures.js';
import { ownServers, type Servers } from './system/servers.js';
import { stopAllSystems, System } from './system/system.js';

const FAULT_EVERY_MS = 20_000;
const SAMPLE_EVERY_MS = 5_000;
const PATIENCE_MS = 300_000;
const DEFAULT_MINUTES = 30;
const DEFAULT_RATE = 50;

type Fault = (system: System, random: Random) => Promise<void>;

async function again(system: System, service: 'connector' | 'issues' | 'notifier', how: 'kill' | 'terminate'): Promise<void> {
  await system.service(service)[how]();
  await system.service(service).start();
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'notifier killed': (system) => again(system, 'notifier', 'kill'),
  'issues killed': (system) => again(system, 'issues', 'kill'),
  'connector killed': (system) => again(system, 'connector', 'kill'),
  'notifier asked to end': (system) => again(system, 'notifier', 'terminate'),
  'PostgreSQL crashed': async ({ servers }) => { await servers.postgres?.restart('immediate'); },
  'connections of the broker closed': async ({ servers }) => { await servers.broker?.control('close_all_connections', 'soak'); },
  'broker killed': async ({ servers }) => { await servers.broker?.kill(); await servers.broker?.start(); },
  'all links cut': ({ proxy }) => proxy.cut('*'),
  'broker behind a black hole': async ({ proxy }, random) => { await proxy.mode('*.amqp', { blackHole: true }); await sleep(random.between(2000, 12_000)); await proxy.heal(); },
  'PostgreSQL slow': async ({ proxy }) => { await proxy.mode('*.postgres', { latencyMs: 50 }); await sleep(5000); await proxy.heal(); },
  'Slack posts and resets': async ({ sandbox }) => { await sandbox.fault({ probability: 0.1, lost: 'after' }); await sleep(5000); await sandbox.noFaults(); },
  'Slack answers 500': async ({ sandbox }) => { await sandbox.fault({ probability: 0.2, status: 500 }); await sleep(5000); await sandbox.noFaults(); },
  'Slack limits': async ({ sandbox }) => { await sandbox.fault({ probability: 0.3, retryAfter: 1 }); await sleep(5000); await sandbox.noFaults(); },
  'Slack away': async ({ proxy }) => { await proxy.mode('*.slack', { reset: true }); await proxy.cut('*.slack'); await sleep(8000); await proxy.heal(); },
};

async function soak(servers: Servers, seed: number, minutes: number, rate: number): Promise<string[]> {
  const random = Random.of(seed, 'soak');
  const system = await System.start(servers, { name: `soak-${seed}`, random: Random.of(seed, 'load') });
  const figures = new SoakFigures(system);
  try {
    const seconds = minutes * 60;
    const sending = system.load.send({ byHand: Math.round(seconds * rate * 0.1), commands: Math.round(seconds * rate * 0.9), seconds });
    const striking = strikeUntil(performance.now() + seconds * 1000, system, random);
    const over = new AbortController();
    const watching = watch(figures, over.signal);
    await Promise.all([sending, striking]);
    const facts = await system.atRest({}, PATIENCE_MS);
    over.abort();
    await watching;
    const { accepted, missing, duplicates, ambiguous } = figuresOf(facts);
    process.stdout.write(`accepted ${accepted}, missing ${missing}, duplicates ${duplicates}, unknown answers ${ambiguous}\n${figures.told()}\n`);
    return [...violations(facts).map(({ invariant, text, ids }) => `${invariant}: ${ids.length} ${text} ${ids.slice(0, 5).join(', ')}`), ...system.load.refusals.slice(0, 5), ...system.crashes, ...figures.problems()];
  } finally {
    await system.stop();
  }
}

async function watch(figures: SoakFigures, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await figures.sample();
    await sleep(SAMPLE_EVERY_MS);
  }
}

async function strikeUntil(end: number, system: System, random: Random): Promise<void> {
  while (performance.now() + FAULT_EVERY_MS < end) {
    const next = performance.now() + FAULT_EVERY_MS;
    const name = random.pick(Object.keys(FAULTS));
    process.stdout.write(`${new Date().toISOString()} ${name}; ${system.load.accepted.length} accepted so far\n`);
    await FAULTS[name]?.(system, random);
    await sleep(Math.max(0, next - performance.now()));
  }
}

const seed = process.env.SEED === undefined ? newSeed() : Number(process.env.SEED);
const minutes = Number(process.argv[2] ?? DEFAULT_MINUTES);
const rate = Number(process.env.SOAK_RATE ?? DEFAULT_RATE);
process.stdout.write(`seed ${seed}: ${minutes} minutes, ${rate} messages a second\n`);
const servers = await ownServers();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { void stopAllSystems().then(() => servers.stop()).finally(() => { process.exit(130); }); });
try {
  const problems = await soak(servers, seed, minutes, rate);
  for (const problem of problems) process.stdout.write(`FAILED ${problem}\n`);
  process.stdout.write(problems.length === 0 ? 'ok\n' : `again: SEED=${seed} npm run soak -- ${minutes}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await servers.stop();
}
