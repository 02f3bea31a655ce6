import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';

import { createLogger, InternalClient } from '@tocsin/platform';

import { OpenedLanes } from '../../test/opened-lanes.js';
import { DeliveryQueries } from '../ledger/delivery.queries.js';
import { RetirementJob } from './retirement.job.js';

let opened: OpenedLanes;
let retirement: RetirementJob;
let queries: DeliveryQueries;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  retirement = new RetirementJob(opened.source, createLogger('notifier', 'silent'));
  const nobody = 'http://127.0.0.1:9';
  queries = new DeliveryQueries(opened.source, new InternalClient('notifier', { connector: nobody, issues: nobody, workflows: nobody, notifier: nobody }, new Uint8Array(32)));
}, 30_000);

afterAll(async () => {
  await opened.close();
});

beforeEach(async () => {
  await opened.clear();
  await opened.source.query('truncate retired_deliveries, retired_counts, delivery_settings');
  await opened.connect();
});

async function ageBy(days: number): Promise<void> {
  await opened.source.query('update deliveries set settled_at = settled_at - make_interval(days => $1), created_at = created_at - make_interval(days => $1)', [days]);
}

/** So many that were posted this many days ago. */
async function settled(organizationId: string, count: number, daysAgo: number): Promise<void> {
  await opened.source.query(
    `insert into deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, created_at, state, settled_at)
     select $1, 'old-' || $3::int || '-' || n, l.lane_id, l.connection_id, 3, now(), now(), now(), 'posted', now() - make_interval(days => $3) from lanes l, generate_series(1, $2) n where l.organization_id = $1`,
    [organizationId, count, daysAgo],
  );
}

describe('a delivery that is old enough', () => {
  test('is removed, its count stays, and its command posts nothing when it comes again', async () => {
    const [settled = ''] = await opened.accept({});
    await opened.finish(await opened.claimOne());
    await opened.source.query(`insert into retractions values ('acme', $1, gen_random_uuid(), now())`, [settled]); // whoever took it back died
    await opened.source.query(`insert into last_edits values ('acme', $1, '{}', '{}', false)`, [settled]);
    const [waiting = ''] = await opened.accept({});
    await ageBy(91);
    await expect(retirement.retire()).resolves.toBe(false);
    await expect(opened.source.query('select delivery_id from deliveries')).resolves.toEqual([{ delivery_id: waiting }]);
    await expect(opened.source.query('select 1 from timeline where delivery_id = $1', [settled])).resolves.toEqual([]);
    await expect(opened.source.query('select 1 from retractions union all select 1 from last_edits')).resolves.toEqual([]);
    expect(await queries.summary('acme')).toMatchObject({ accepted: 2, balanced: true, byState: { posted: 1, waiting: 1 } });
    await opened.accept({ commandId: settled });
    expect(await queries.summary('acme')).toMatchObject({ accepted: 2, balanced: true });
    await expect(opened.source.query('select 1 from deliveries where delivery_id = $1', [settled])).resolves.toEqual([]);
  });

  test('is removed after as many days as its organization says', async () => {
    await opened.source.query(`insert into delivery_settings (organization_id, settings) values ('acme', '{"retentionDays": 7}')`);
    await opened.accept({});
    await opened.finish(await opened.claimOne());
    await ageBy(6);
    await retirement.retire();
    await expect(opened.source.query('select count(*)::int as kept from deliveries')).resolves.toEqual([{ kept: 1 }]);
    await ageBy(2);
    await retirement.retire();
    await expect(opened.source.query('select count(*)::int as kept from deliveries')).resolves.toEqual([{ kept: 0 }]);
  });

  test('is removed in batches, whosever it is, and nothing else with it', async () => {
    await opened.source.query(`insert into delivery_settings (organization_id, settings) values ('globex', '{"retentionDays": 7}')`);
    await opened.connect({ id: 'connection-2', organizationId: 'globex' });
    await opened.accept({}, { organizationId: 'globex', connectionId: 'connection-2' });
    await settled('acme', 700, 91);
    await settled('acme', 20, 89);
    await settled('globex', 700, 8);
    await settled('globex', 30, 6);
    expect([await retirement.retire(), await retirement.retire()]).toEqual([true, false]);
    await expect(opened.source.query(`select organization_id as whose, count(*)::int as kept from deliveries where state = 'posted' group by 1 order by 1`)).resolves.toEqual([{ whose: 'acme', kept: 20 }, { whose: 'globex', kept: 30 }]);
    await expect(opened.source.query('select organization_id as whose, count::int from retired_counts order by 1')).resolves.toEqual([{ whose: 'acme', count: 700 }, { whose: 'globex', count: 700 }]);
    await expect(opened.source.query('select count(*)::int as remembered from retired_deliveries')).resolves.toEqual([{ remembered: 1400 }]);
  });

  test('is found without reading those that are not, however many are kept', async () => {
    await opened.source.query(`insert into delivery_settings (organization_id, settings) values ('globex', '{"retentionDays": 7}')`);
    await opened.connect({ id: 'connection-2', organizationId: 'globex' });
    await opened.accept({}, { organizationId: 'globex', connectionId: 'connection-2' });
    await settled('acme', 20_000, 60);
    await settled('globex', 10, 8);
    await opened.source.query('analyze deliveries');
    await opened.source.transaction(async (tx) => {
      const read = async (): Promise<number> => {
        const [sum] = await tx.query<{ read: number }[]>(
          `select sum(pg_stat_get_xact_tuples_returned(c.oid))::int as read from pg_class c left join pg_index i on i.indexrelid = c.oid where 'deliveries'::regclass in (c.oid, i.indrelid) and c.relkind in ('r', 'i')`);
        return sum?.read ?? 0;
      };
      const before = await read();
      const database = { query: tx.query.bind(tx), transaction: (work: (within: EntityManager) => Promise<unknown>) => work(tx) } as unknown as DataSource;
      await new RetirementJob(database, createLogger('notifier', 'silent')).retire();
      expect(await read() - before).toBeLessThan(200);
      await expect(tx.query('select organization_id as whose, count::int from retired_counts')).resolves.toEqual([{ whose: 'globex', count: 10 }]);
    });
  });
});
