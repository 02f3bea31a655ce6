import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';

import { createLogger, InternalClient } from '@tocsin/platform';
import { anIssue } from '@tocsin/testing';

import { POSTED, waits, type OpenedLanes } from '../../test/opened-lanes.js';
import { BY_WORKFLOW, changed, OpenedLiving } from '../../test/opened-living.js';
import { DestinationRepository } from '../destinations/destination.repository.js';
import { LaneMoves } from '../directory/lane-moves.js';
import { DeliveryQueries } from '../ledger/delivery.queries.js';
import { traced } from '../living/claim-telling.js';
import { traceOf } from '../living/told.js';
import { commandOf } from './claim.js';
import { RetirementJob } from './retirement.job.js';

let living: OpenedLiving;
let opened: OpenedLanes;
let retirement: RetirementJob;
let queries: DeliveryQueries;

beforeAll(async () => {
  living = await OpenedLiving.open();
  ({ opened } = living);
  retirement = new RetirementJob(opened.source, createLogger('notifier', 'silent'));
  const nobody = 'http://127.0.0.1:9';
  queries = new DeliveryQueries(opened.source, new InternalClient('notifier', { connector: nobody, issues: nobody, workflows: nobody, notifier: nobody }, new Uint8Array(32)));
}, 30_000);

afterAll(() => opened.close());
beforeEach(() => opened.clear());

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
    await expect(retirement.pass()).resolves.toBe(false);
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
    await retirement.pass();
    await expect(opened.source.query('select count(*)::int as kept from deliveries')).resolves.toEqual([{ kept: 1 }]);
    await ageBy(2);
    await retirement.pass();
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
    expect([await retirement.pass(), await retirement.pass()]).toEqual([true, false]);
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
      await new RetirementJob(database, createLogger('notifier', 'silent')).pass();
      expect(await read() - before).toBeLessThan(200);
      await expect(tx.query('select organization_id as whose, count::int from retired_counts')).resolves.toEqual([{ whose: 'globex', count: 10 }]);
    });
  });
});

describe('what a digest told', () => {
  const [OLD, NEW] = ['C0SECALERT', 'C0NEWIDNEW'];
  const issues = [anIssue({ severity: 'high' }), anIssue({ severity: 'high' })];

  /** A digest that was posted, with the issue of each of its members. */
  async function posted(): Promise<void> {
    const [first, second] = issues;
    if (!first || !second) throw new Error('there are two issues');
    const digest = { kind: 'burst', title: '2 issues', totals: { high: 2 }, sections: [{ name: 'High', total: 2, issues: [first] }] } as const;
    const [digestId = '', ...members] = await opened.accept(
      { issues: [], source: { kind: 'digest', of: 2, workflowId: 'w1' }, digest, priority: 1 } as never, { issues: [first], source: BY_WORKFLOW, change: 'new' }, { issues: [second], source: BY_WORKFLOW, change: 'new' });
    await opened.source.query('update deliveries set digest_id = $1 where delivery_id <> $1', [digestId]);
    const claim = await opened.claimOne();
    if (claim?.deliveryId !== digestId) throw new Error('the digest was not claimed');
    await opened.finish(claim, traced({ ...POSTED, ts: '9.9' }, traceOf(commandOf(claim.delivery)), false));
    await opened.source.query(`update deliveries m set state = 'posted', slack_channel = d.slack_channel, slack_ts = d.slack_ts, settled_at = now() from deliveries d where d.delivery_id = $1 and m.digest_id = $1`, [digestId]);
    await opened.outbox.transaction((tx) => opened.told.recordMembers(tx, digestId, members.map((delivery_id) => ({ organization_id: 'acme', delivery_id }))));
  }

  async function toNewId(): Promise<void> {
    const [lane] = await opened.source.query<{ lane_id: string }[]>('select lane_id from lanes where destination_key = $1', [OLD]);
    const old = { organizationId: 'acme', connectionId: 'connection-1', destinationId: OLD };
    await opened.outbox.transaction((tx) => opened.destinations.changeId(tx, old, NEW, Date.now()));
    await opened.outbox.transaction(async (tx) => {
      await new LaneMoves().toNewId(tx, { ...old, laneId: lane?.lane_id ?? '' }, OLD, { ...(await new DestinationRepository().present(tx, old)), kind: 'channel' });
    });
  }

  test.each([['', () => Promise.resolve()], [', also when the id of its channel was changed since', toNewId]])('is not known any more when it is not kept%s', async (_, meanwhile) => {
    await posted();
    await meanwhile();
    expect(await living.told()).toHaveLength(2);
    await ageBy(91);
    await retirement.pass();
    expect(await opened.source.query('select 1 from deliveries')).toEqual([]);
    expect(await living.told()).toEqual([]);
  });
});

describe('news of an issue', () => {
  async function heardLongAgo(): Promise<string[]> {
    await opened.source.query(`update heard_issues set heard_at = heard_at - interval '3 hours'`);
    await retirement.pass();
    return (await opened.source.query<{ issue_id: string }[]>('select issue_id from heard_issues')).map(({ issue_id }) => issue_id);
  }

  test('is known while a delivery about it waits or is being posted, and then no more', async () => {
    const [waiting, posting, other] = [anIssue(), anIssue(), anIssue()];
    await opened.accept({ issues: [posting], source: BY_WORKFLOW, change: 'new' }, { issues: [waiting], source: BY_WORKFLOW, change: 'new' });
    const claim = await opened.claimOne();
    await living.hear(...[waiting, posting, other].map((issue) => changed(issue, { severity: 'low' })));
    expect((await heardLongAgo()).sort()).toEqual([waiting.id, posting.id].sort());
    await opened.finish(claim, waits());
    await opened.passTime(60);
    const again = await opened.claimOne();
    expect(again?.delivery).toMatchObject({ delivery_id: claim?.deliveryId, newest: { revision: posting.revision + 1 } });
    await opened.finish(again);
    expect(await heardLongAgo()).toEqual([waiting.id]);
  });

  test('is known for two hours in any case', async () => {
    const issue = anIssue();
    await living.hear(changed(issue, { severity: 'low' }));
    await opened.source.query(`update heard_issues set heard_at = heard_at - interval '110 minutes'`);
    await retirement.pass();
    expect(await opened.source.query('select issue_id from heard_issues')).toEqual([{ issue_id: issue.id }]);
  });
});
