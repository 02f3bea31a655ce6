/** Faults of PostgreSQL: crashed, away, slow, locked, its sessions ended, deadlocks. */
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import type { Facts } from '../ledgers.js';
import type { Scenario } from '../scenario.js';
import type { OwnPostgres } from '../system/own-postgres.js';
import type { System } from '../system/system.js';
import { allPosted, expected, noDuplicates, nothingUnknown } from './expectations.js';

function postgres({ servers }: System): OwnPostgres {
  if (servers.postgres === undefined) throw new Error('this fault needs a PostgreSQL of its own');
  return servers.postgres;
}

const harmless = (facts: Facts): string[] => [...noDuplicates(facts), ...allPosted(facts)];

/** After a restart of PostgreSQL what was in flight gets the time of a lease to be recorded. */
const restarted: Scenario = {
  name: 'postgres-crashed', fault: 'PostgreSQL ends at once (immediate) and is started again, twice; results are in memory meanwhile', holds: 'no duplicates: results are held until they can be recorded', strikesServers: true,
  strike: async (system) => {
    await system.sandbox.fault({ latencyMs: 80 });
    for (let time = 0; time < 2; time += 1) {
      await sleep(system.random.between(800, 2000));
      await postgres(system).restart('immediate');
    }
  },
  judge: harmless,
};

/** Leases have ended by the time there is a database again, and one replica finds what the other has yet to record. */
const restartedForOne: Scenario = {
  name: 'postgres-crashed-two-notifiers', holds: 'the second does not judge what the first may still record: nothing unknown, no duplicates, everything is posted', strikesServers: true, load: { commands: 480, seconds: 15 },
  fault: 'two notifiers; PostgreSQL ends at once (immediate), is away for 34 s, longer than a lease, and the first of them finds it twelve seconds after the other; Slack takes 300 ms to answer',
  strike: async (system) => {
    const [own] = await system.query<{ name: string }>('select current_database() as name');
    await system.addReplica({ DATABASE_URL: Object.assign(new URL(system.servers.databaseUrl), { pathname: `/${own?.name ?? ''}` }).href });
    await system.sandbox.fault({ latencyMs: 300 });
    await sleep(1500);
    await postgres(system).stop('immediate');
    await system.proxy.mode('notifier.postgres', { refuse: true });
    await sleep(34_000);
    await postgres(system).start();
    await sleep(12_000);
    await system.proxy.heal();
  },
  judge: (facts) => [...nothingUnknown(facts), ...allPosted(facts)],
};

function away(name: string, seconds: number): Scenario {
  return {
    name, fault: `PostgreSQL is away for ${seconds} seconds`, holds: 'the API answers 503 meanwhile; no duplicates, everything is posted', strikesServers: true,
    strike: async (system) => {
      await system.sandbox.fault({ latencyMs: 80 });
      await sleep(1500);
      await postgres(system).stop('fast');
      await sleep(seconds * 1000);
      await postgres(system).start();
    },
    judge: (facts, _, system) => [...harmless(facts), ...expected([...system.load.answers.keys()].every((status) => ['202', '503'].includes(status)), `the API answered ${[...system.load.answers].join(' ')}`)],
  };
}

const slow: Scenario = {
  name: 'postgres-slow', fault: 'every byte to and from PostgreSQL is 100 ms late for six seconds', holds: 'no duplicates, everything is posted',
  strike: async (system) => {
    await system.proxy.mode('*.postgres', { latencyMs: 100 });
    await sleep(6000);
    await system.proxy.heal();
  },
  judge: harmless,
};

const locked: Scenario = {
  name: 'lanes-locked', fault: 'somebody holds the table of lanes locked for eight seconds', holds: 'no duplicates, everything is posted',
  strike: async (system) => {
    await sleep(1500);
    const client = await system.client();
    await client.query('begin; lock table notifier.lanes');
    await sleep(8000);
    await client.query('commit');
    client.release();
  },
  judge: harmless,
};

/** A database that gives up what takes too long refuses again and again what it would take a little later. */
const lockedUnderLimits: Scenario = {
  name: 'lanes-locked-under-limits', fault: 'a statement may take a second, a lock half of one, and somebody holds the table of lanes locked for 55 s', holds: 'nothing is given up: nothing unknown, no dead letters, everything is posted',
  settings: { SLACK_CHANNEL_INTERVAL_MS: '50' },
  strike: async (system) => {
    await system.sandbox.fault({ latencyMs: 300 });
    const [own] = await system.query<{ name: string }>('select current_database() as name');
    await system.query(`alter database ${own?.name ?? ''} set statement_timeout = '1s'`);
    await system.query(`alter database ${own?.name ?? ''} set lock_timeout = '500ms'`);
    await system.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'tocsin-%'`);
    await sleep(2500);
    const client = await system.client();
    await client.query('set statement_timeout = 0; set lock_timeout = 0; begin; lock table notifier.lanes');
    await sleep(55_000);
    await client.query('commit');
    client.release();
  },
  judge: (facts) => [...nothingUnknown(facts), ...allPosted(facts)],
};

/** What a write fails with when the disk is full. */
const FULL = `create function public.full_disk() returns trigger language plpgsql as $$ begin
  if random() < 0.3 then raise exception using errcode = 'disk_full', message = 'could not extend file: No space left on device'; end if; return null; end $$`;
const WRITTEN = ['issues.commands', 'issues.outbox', 'notifier.deliveries', 'notifier.timeline', 'notifier.outbox', 'notifier.lanes'];

const full: Scenario = {
  name: 'postgres-full', fault: 'for ten seconds three in ten writes fail since the disk is full', holds: 'the API answers 503 meanwhile; no duplicates, everything is posted', load: { seconds: 8 },
  strike: async (system) => {
    await system.query(FULL);
    for (const table of WRITTEN) await system.query(`create trigger full_disk after insert or update or delete on ${table} for each statement execute function public.full_disk()`);
    await sleep(10_000);
    for (const table of WRITTEN) await system.query(`drop trigger full_disk on ${table}`);
  },
  judge: (facts, _, system) => [...nothingUnknown(facts), ...allPosted(facts), ...expected([...system.load.answers.keys()].every((status) => ['202', '503'].includes(status)), `the API answered ${[...system.load.answers].join(' ')}`)],
};

/** All but what the server keeps for its operators. */
const TAKEN = 250;

const connectionsUsedUp: Scenario = {
  name: 'postgres-connections-used-up', fault: 'somebody takes every connection that PostgreSQL has, and the services lose theirs, for eight seconds', holds: 'no duplicates, everything is posted', strikesServers: true,
  strike: async (system) => {
    await sleep(1500);
    const others: pg.Client[] = [];
    const end = performance.now() + 8000;
    const take = async (): Promise<void> => {
      const client = new pg.Client({ connectionString: system.servers.databaseUrl, connectionTimeoutMillis: 3000 });
      client.on('error', () => undefined);
      await client.connect().then(() => others.push(client), () => sleep(50));
    };
    await system.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'tocsin-%'`);
    while (performance.now() < end) await (others.length < TAKEN ? Promise.all(Array.from({ length: 10 }, take)) : sleep(50));
    await Promise.all(others.map((client) => client.end()));
  },
  judge: harmless,
};

const sessionsEnded: Scenario = {
  name: 'postgres-sessions-ended', fault: 'pg_terminate_backend on every session of the services, ten times', holds: 'no duplicates, everything is posted',
  strike: async (system) => {
    await system.sandbox.fault({ latencyMs: 40 });
    for (let time = 0; time < 10; time += 1) {
      await sleep(system.random.between(100, 700));
      await system.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'tocsin-%'`);
    }
  },
  judge: harmless,
};

const deadlocks: Scenario = {
  name: 'deadlocks', fault: 'somebody locks lanes against their order again and again, so that PostgreSQL breaks deadlocks', holds: 'what was broken off is done again; no duplicates',
  settings: { SLACK_CHANNEL_INTERVAL_MS: '50' },
  strike: async (system) => {
    await sleep(700);
    for (let time = 0; time < 6; time += 1) await lockBackwards(system);
  },
  judge: harmless,
};

async function lockBackwards(system: System): Promise<void> {
  const client = await system.client();
  try {
    const { rows } = await client.query<{ lane_id: string }>('select lane_id::text from notifier.lanes order by lane_id desc');
    await client.query(`begin; set local deadlock_timeout = '5s'`); // the others find out first
    for (const { lane_id } of rows) await client.query('select 1 from notifier.lanes where lane_id = $1 for update', [lane_id]);
    await client.query('commit');
  } catch {
    await client.query('rollback').catch(() => undefined);
  } finally {
    client.release();
  }
}

export const DATABASE_FAULTS: readonly Scenario[] = [restarted, restartedForOne, away('postgres-away', 8), away('postgres-away-long', 300), slow, locked, lockedUnderLimits, full, connectionsUsedUp, sessionsEnded, deadlocks];
