import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { DataSource, EntityManager } from 'typeorm';

import { OpenedLanes } from '../../test/opened-lanes.js';
import { LaneMoves } from '../directory/lane-moves.js';
import type { DeliveryFilter } from './delivery-filter.js';
import { DeliveryListQuery } from './delivery-list.query.js';
import { ReplayRepository } from './replay.repository.js';

let opened: OpenedLanes;
const MANY = 20_000;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  await opened.connect();
  await opened.source.query('analyze');
  await opened.source.query(
    `insert into commands (organization_id, delivery_id, event, destination, issue_ids, replay_of, workflow_id, destination_name, searched, created_at)
     select 'acme', 'd' || n, '{"data":{"source":{"kind":"manual"},"issues":[]}}', '{}', array['i' || n], case when n % 2 = 0 then 'd' || n - 1 end, 'w' || n % 3, case when n % 20 = 0 then '#lost' end, case n when 19000 then '["a needle"]' when 9000 then '["found by its words"]' end, now() - make_interval(secs => n)
     from generate_series(1, $1) n`, [MANY]);
  await opened.source.query(
    `insert into deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, created_at, state, settled_at)
     select 'acme', 'd' || n, 1, 'connection-1', 3, now(), now(), now() - make_interval(secs => n), case n when 5000 then 'failed' else 'posted' end, now() from generate_series(1, $1) n`, [MANY]);
}, 60_000);

afterAll(async () => {
  await opened.close();
});

/** A page of a list, and what it reads of commands and deliveries. @param lookMs how long it may look */
async function listed(filter: Partial<DeliveryFilter>, lookMs = 60_000): Promise<{ items: string[]; nextCursor: string | null; read: number }> {
  let read = 0;
  const query = async (sql: string, parameters: unknown[]): Promise<unknown[]> => {
    const own = await readBy(sql, parameters);
    read += own.read;
    return own.rows;
  };
  const { items, nextCursor } = await new DeliveryListQuery({ query } as unknown as DataSource).list('acme', { limit: 50, ...filter }, lookMs);
  return { items: items.map(({ id }) => id), nextCursor, read };
}

/** Rows and entries of indexes of tables that a statement reads. */
async function readBy(sql: string, parameters: unknown[], ...tables: string[]): Promise<{ rows: unknown[]; read: number }> {
  let rows: unknown[] = [];
  const read = await readDuring(async (tx) => { rows = await tx.query<unknown[]>(sql, parameters); }, tables.length === 0 ? ['commands', 'deliveries'] : tables);
  return { rows, read };
}

async function readDuring(work: (tx: EntityManager) => Promise<void>, tables: readonly string[]): Promise<number> {
  return opened.source.transaction(async (tx) => {
    const read = async (): Promise<number> => {
      const [sum] = await tx.query<{ read: number }[]>(
        `select sum(pg_stat_get_xact_tuples_returned(c.oid))::int as read from pg_class c left join pg_index i on i.indexrelid = c.oid where array[c.oid, i.indrelid] && $1::text[]::regclass[]::oid[] and c.relkind in ('r', 'i')`, [tables]);
      return sum?.read ?? 0;
    };
    const before = await read();
    await work(tx);
    return (await read()) - before;
  });
}

describe('among very many deliveries', () => {
  test('what repeats one, and what it repeats, is found by its key, although nothing was repeated when PostgreSQL last counted', async () => {
    const { rows, read } = await readBy(`select first_of_repetitions('acme', 'd200') as first, array(select delivery_id from other_repetitions('acme', 'd199')) as others`, []);
    expect(rows).toEqual([{ first: 'd199', others: ['d200'] }]);
    expect(read).toBeLessThan(100);
  });

  describe('a list', () => {
    beforeAll(async () => {
      await opened.source.query('vacuum analyze commands, deliveries');
    });

    test.each<[string, Partial<DeliveryFilter>, string[]]>([
      ['of one issue', { issueId: ['i7'] }, ['d7']],
      ['of a workflow that sent none', { workflowId: ['w9'] }, []],
      ['of workflows of which one sent some', { workflowId: ['w1', 'w9'], limit: 2 }, ['d1', 'd4']],
      ['of a destination that was never used', { destination: ['C0NEVER'] }, []],
      ['of a destination that is known by its name, among others of that name', { destination: ['#Lost'], limit: 3 }, ['d20', 'd40', 'd60']],
      ['of what was not posted', { state: ['failed', 'dead'] }, ['d5000']],
      ['of what waits', { state: ['accepted', 'waiting', 'posting'] }, []],
      ['of a delivery whose id was looked for', { q: 'd19000' }, ['d19000']],
      ['of an hour in which there was nothing', { before: '2020-01-01T12:00:00Z', after: '2020-01-01T11:00:00Z' }, []],
      ['of the newest', { limit: 2 }, ['d1', 'd2']],
    ])('%s does not look at the others', async (_what, filter, found) => {
      const { items, read } = await listed(filter);
      expect(items).toEqual(found);
      expect(read).toBeLessThan(600);
    });

    test('of no more than some thousands is whole, however slow the database is', async () => {
      expect((await listed({ q: 'found by its words' }, 0)).items).toEqual(['d9000']);
    });

    test('looks at the newest for a while, and hands over what it found with the place to go on from', async () => {
      const first = await listed({ q: 'needle' }, 0);
      expect(first).toMatchObject({ items: [], nextCursor: expect.any(String) });
      const pages: string[][] = [];
      for (let cursor = first.nextCursor; cursor !== null;) {
        const page = await listed({ q: 'Needle', cursor });
        pages.push(page.items);
        cursor = page.nextCursor;
      }
      expect(pages.flat()).toEqual(['d19000']);
    });
  });

  describe('messages that are to be edited', () => {
    const CLAIM = `select claim_edits(4, interval '30 seconds', 0, 5) as token`;

    async function told(lanes: number): Promise<void> {
      await opened.source.query('truncate told_issues');
      await opened.source.query(
        `insert into told_issues (organization_id, issue_id, lane_id, connection_id, delivery_id, channel, ts, wanted_revision)
         select 'acme', 'i' || n, 1000 * (n % $1), 'connection-1', 'd' || n, 'C0SECALERT', '1.' || n, 2 from generate_series(1, $2) n`, [lanes, MANY]);
    }

    /** How many lanes no claim has come to. */
    async function lanesWithout(): Promise<number> {
      const [row] = await opened.source.query<{ count: number }[]>('select count(*)::int as count from (select lane_id from told_issues group by lane_id having bool_and(lease_id is null)) left_out');
      return row?.count ?? 0;
    }

    test.each([1, 5000])('are found without a look at the others: in %d lanes', async (lanes) => {
      await told(lanes);
      const { rows, read } = await readBy(CLAIM, [], 'told_issues');
      expect(rows).toEqual([{ token: expect.any(String) }]);
      expect(read).toBeLessThan(1000);
    });

    test('have their turn in every lane, however many there are', async () => {
      await told(100);
      for (let claims = 0; claims < 600 && (await lanesWithout()) > 0; claims++) await opened.source.query(CLAIM);
      expect(await lanesWithout()).toBe(0);
    });
  });

  test('what a replay of many repeats next is compared with the rest of it by key', async () => {
    const replays = new ReplayRepository(opened.source);
    const read = await readDuring(async (tx) => {
      await replays.begin(tx, { organizationId: 'acme', actor: { kind: 'user', id: 'noa@acme.test' } }, { filter: { replayed: 'true' } });
      const replay = await replays.take(tx);
      const items = replay ? await replays.next(tx, replay, 20) : [];
      expect(items).toHaveLength(20);
    }, ['replay_items']);
    expect(read).toBeLessThan(1000);
  });

  test('a channel gets another id without a look at what other organizations were told', async () => {
    await opened.source.query('truncate told_issues');
    const [lane] = await opened.source.query<{ lane_id: string }[]>(`insert into lanes (organization_id, connection_id, destination_key, provisional) values ('acme', 'connection-1', 'C0OLD', false) returning lane_id`);
    const laneId = lane?.lane_id ?? '';
    await opened.source.query(
      `insert into told_issues (organization_id, issue_id, lane_id, connection_id, delivery_id, channel, ts)
       select case when n < 10 then 'acme' else 'globex' end, 'i' || n, case when n < 10 then $2::bigint else -n end, 'connection-1', 'd' || n, 'C0OLD', '1.' || n
       from generate_series(1, $1) n`, [MANY, laneId]);
    const place = { organizationId: 'acme', connectionId: 'connection-1', laneId };
    const read = await readDuring((tx) => new LaneMoves().toNewId(tx, place, 'C0OLD', { id: 'C0NEW', kind: 'channel', name: '#new' }), ['told_issues']);
    expect(await opened.source.query(`select distinct channel, lane_id <> $1 as moved from told_issues where organization_id = 'acme'`, [laneId])).toEqual([{ channel: 'C0NEW', moved: true }]);
    expect(read).toBeLessThan(500);
  });
});
