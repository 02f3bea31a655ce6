import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

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

describe('a delivery that is old enough', () => {
  test('is removed, its count stays, and its command posts nothing when it comes again', async () => {
    const [settled = ''] = await opened.accept({});
    await opened.finish(await opened.claimOne());
    const [waiting = ''] = await opened.accept({});
    await ageBy(91);
    await expect(retirement.retire()).resolves.toBe(false);
    await expect(opened.source.query('select delivery_id from deliveries')).resolves.toEqual([{ delivery_id: waiting }]);
    await expect(opened.source.query('select 1 from timeline where delivery_id = $1', [settled])).resolves.toEqual([]);
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
});
