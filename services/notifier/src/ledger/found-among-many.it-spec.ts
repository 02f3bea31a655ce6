import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { OpenedLanes } from '../../test/opened-lanes.js';
import { filterSql } from './delivery-filter.js';

let opened: OpenedLanes;
const MANY = 20_000;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  await opened.connect();
  await opened.source.query('analyze');
  await opened.source.query(
    `insert into commands (organization_id, delivery_id, event, destination, issue_ids, replay_of, workflow_id, created_at)
     select 'acme', 'd' || n, '{}', '{}', array['i' || n], case when n % 2 = 0 then 'd' || n - 1 end, 'w' || n % 3, now() - make_interval(secs => n) from generate_series(1, $1) n`, [MANY]);
  await opened.source.query(
    `insert into deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, created_at, state, settled_at)
     select 'acme', 'd' || n, 1, 'connection-1', 3, now(), now(), now(), 'posted', now() from generate_series(1, $1) n`, [MANY]);
}, 60_000);

afterAll(async () => {
  await opened.close();
});

/** Rows and entries of indexes of a table that a statement reads. */
async function readBy(sql: string, parameters: unknown[], table = 'commands'): Promise<{ rows: unknown[]; read: number }> {
  return opened.source.transaction(async (tx) => {
    const read = async (): Promise<number> => {
      const [sum] = await tx.query<{ read: number }[]>(
        `select sum(pg_stat_get_xact_tuples_returned(c.oid))::int as read from pg_class c left join pg_index i on i.indexrelid = c.oid where $1::regclass in (c.oid, i.indrelid) and c.relkind in ('r', 'i')`, [table]);
      return sum?.read ?? 0;
    };
    const before = await read();
    const rows = await tx.query<unknown[]>(sql, parameters);
    return { rows, read: (await read()) - before };
  });
}

describe('among very many deliveries', () => {
  test('what repeats one, and what it repeats, is found by its key, although nothing was repeated when PostgreSQL last counted', async () => {
    const { rows, read } = await readBy(`select first_of_repetitions('acme', 'd200') as first, array(select delivery_id from other_repetitions('acme', 'd199')) as others`, []);
    expect(rows).toEqual([{ first: 'd199', others: ['d200'] }]);
    expect(read).toBeLessThan(100);
  });

  test.each([['of one issue', { issueId: ['i7'] }, 1], ['of a workflow that sent none', { workflowId: ['w9'] }, 0]])('the list %s does not look at the others', async (_what, criteria, found) => {
    await opened.source.query('vacuum analyze commands, deliveries');
    const { condition, parameters } = filterSql('acme', criteria);
    const { rows, read } = await readBy(`select d.delivery_id from ledger d where ${condition} and d.created_at is not null order by d.created_at desc, d.delivery_id desc limit 51`, [...parameters]);
    expect(rows).toHaveLength(found);
    expect(read).toBeLessThan(100);
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
});
