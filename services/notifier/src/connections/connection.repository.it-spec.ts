import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { eventually } from '@tocsin/testing';

import { aConnection, OpenedLanes } from '../../test/opened-lanes.js';

let opened: OpenedLanes;

beforeAll(async () => { opened = await OpenedLanes.open(); }, 30_000);
afterAll(() => opened.close());
beforeEach(() => opened.empty());

async function isKeptWaiting(): Promise<boolean> {
  return (await opened.source.query<unknown[]>(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length > 0;
}

describe('connections that share one app in one workspace', () => {
  test('are all counted, also when their news is taken in at the same moment', async () => {
    await opened.connect({ id: 'connection-0', paused: true });
    const [first, second] = [opened.source.createQueryRunner(), opened.source.createQueryRunner()];
    try {
      await first.startTransaction();
      await second.startTransaction();
      await opened.connections.apply(first.manager, aConnection({ id: 'connection-1' }));
      const applied = opened.connections.apply(second.manager, aConnection({ id: 'connection-2', organizationId: 'globex' }));
      await eventually(isKeptWaiting);
      await first.commitTransaction();
      await applied;
      await second.commitTransaction();
    } finally {
      await first.release();
      await second.release();
    }
    await expect(opened.source.query('select sharers from budgets')).resolves.toEqual([{ sharers: 2 }]);
  });
});
