import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { DeliverySummary } from '@tocsin/contracts';
import { createLogger, InternalClient } from '@tocsin/platform';
import { aSendToSlack } from '@tocsin/testing';

import { OpenedLanes } from '../../test/opened-lanes.js';
import { arrivalRow } from '../deliveries/arrival.js';
import { RetirementJob } from '../deliveries/retirement.job.js';
import { DeliveryQueries } from './delivery.queries.js';

let opened: OpenedLanes;
let queries: DeliveryQueries;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  const nobody = 'http://127.0.0.1:9';
  queries = new DeliveryQueries(opened.source, new InternalClient('notifier', { connector: nobody, issues: nobody, workflows: nobody, notifier: nobody }, new Uint8Array(32)));
}, 30_000);

afterAll(() => opened.close());
beforeEach(() => opened.clear());

function summary(): Promise<DeliverySummary> {
  return queries.summary('acme');
}

/** What notifier makes itself. */
async function made(kind: 'reply' | 'digest'): Promise<string> {
  const command = aSendToSlack({ connectionId: 'connection-1', destination: { id: 'C0SECALERT' }, ...(kind === 'digest' && { source: { kind: 'digest', of: 2 } }) });
  await opened.arrivals.ingest([arrivalRow({ command, saidAt: new Date(), kind })]);
  return command.commandId;
}

describe('the summary balances', () => {
  test('whatever state a delivery goes to', async () => {
    const [id] = await opened.accept({}, {}, {});
    for (const state of ['posting', 'posted', 'failed', 'dead', 'suppressed', 'unconfirmed', 'waiting']) {
      await opened.source.query('update deliveries set state = $1, version = version + 1 where delivery_id = $2', [state, id]);
      expect(await summary()).toMatchObject({ accepted: 3, balanced: true, byState: { [state]: state === 'waiting' ? 3 : 1 } });
    }
  });

  test('with digests and those that they tell, and with replies: each of them was accepted and is in one state', async () => {
    const members = await opened.accept({}, {});
    const digest = await made('digest');
    await opened.source.query('update deliveries set digest_id = $1 where delivery_id = any($2)', [digest, members]);
    await made('reply');
    expect(await summary()).toMatchObject({ accepted: 4, balanced: true, byState: { waiting: 4 } });
    await opened.source.query(`update deliveries set state = 'posted' where digest_id = $1 or delivery_id = $1`, [digest]);
    expect(await summary()).toMatchObject({ accepted: 4, balanced: true, byState: { posted: 3, waiting: 1 } });
  });

  test('when a command comes again, and after deliveries are not kept any more', async () => {
    const [id = ''] = await opened.accept({}, {});
    await opened.accept({ commandId: id });
    await opened.source.query(`update deliveries set state = 'dead', settled_at = now() - interval '1 year' where delivery_id = $1`, [id]);
    await new RetirementJob(opened.source, createLogger('notifier', 'silent')).pass();
    await opened.accept({ commandId: id });
    expect(await opened.source.query('select 1 from deliveries where delivery_id = $1', [id])).toEqual([]);
    expect(await summary()).toMatchObject({ accepted: 2, balanced: true, byState: { dead: 1, waiting: 1 } });
  });

  test('for each organization by itself', async () => {
    await opened.accept({}, {});
    await opened.connect({ id: 'connection-2', organizationId: 'globex' });
    await opened.accept({ organizationId: 'globex', connectionId: 'connection-2' });
    expect([await summary(), await queries.summary('globex')]).toMatchObject([{ accepted: 2, balanced: true }, { accepted: 1, balanced: true }]);
  });
});

describe('the summary does not balance', () => {
  test.each([
    ['a delivery is gone', 'delete from deliveries where ctid = (select ctid from deliveries limit 1)'],
    ['a delivery is there that nobody counted', `insert into deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, created_at)
      select organization_id, 'from nowhere', lane_id, connection_id, priority, said_at, expires_at, created_at from deliveries limit 1`],
    ['what was counted is forgotten', 'update accepted_counts set accepted = accepted - 1'],
    ['a retired one is not counted', 'delete from retired_counts'],
  ])('when %s', async (_, breakIt) => {
    const [old = ''] = await opened.accept({}, {});
    await opened.source.query(`update deliveries set state = 'posted', settled_at = now() - interval '1 year' where delivery_id = $1`, [old]);
    await new RetirementJob(opened.source, createLogger('notifier', 'silent')).pass();
    expect(await summary()).toMatchObject({ accepted: 2, balanced: true });
    await opened.source.query(breakIt);
    expect(await summary()).toMatchObject({ balanced: false });
  });
});
