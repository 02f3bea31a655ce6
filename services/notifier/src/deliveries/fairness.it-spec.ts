import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { eventually } from '@tocsin/testing';

import { OpenedLanes, POSTED, waits } from '../../test/opened-lanes.js';
import type { LaneClaim } from './claim.js';
import { resultOf } from './delivery-result.js';
import { UNTOUCHED } from './outcome.js';

let opened: OpenedLanes;

beforeAll(async () => { opened = await OpenedLanes.open(); }, 30_000);
afterAll(() => opened.close());
beforeEach(() => opened.clear());

async function connectOther(id: string, organizationId = 'acme'): Promise<void> {
  await opened.connect({ id, organizationId, workspace: { id: `T0${id.toUpperCase()}`, name: id, url: `https://${id}.slack.com` } });
}

async function fill(connectionId: string, lanes: number, organizationId = 'acme'): Promise<void> {
  const commands = Array.from({ length: lanes }, (_, n) => ({ connectionId, organizationId, destination: { id: `C${connectionId.toUpperCase().replaceAll(/[^A-Z]/g, '')}${String(n).padStart(6, '0')}` } }));
  await opened.accept(...commands);
}

function countBy(values: readonly string[]): Record<string, number> {
  return values.reduce<Record<string, number>>((counts, value) => ({ ...counts, [value]: (counts[value] ?? 0) + 1 }), {});
}

test('what is claimed together keeps its organization, whatever organizations and commands are called', async () => {
  await connectOther('one', 'acme');
  await connectOther('other', 'acme corp');
  await opened.accept({ connectionId: 'one', organizationId: 'acme', commandId: 'corp 1' }, { connectionId: 'other', organizationId: 'acme corp', commandId: '1' });
  const claims = await opened.claim(2);
  expect(claims.map(({ organizationId, deliveryId, delivery }) => [organizationId, deliveryId, delivery.organization_id, delivery.connection_id]).sort()).toEqual([
    ['acme corp', '1', 'acme corp', 'other'], ['acme', 'corp 1', 'acme', 'one'],
  ]);
});

describe('when more is due than can be sent', () => {
  test('workspaces take turns, however many lanes each has', async () => {
    await connectOther('small');
    await fill('connection-1', 40);
    await fill('small', 3);
    const claims = await opened.claim(8);
    expect(countBy(claims.map((claim) => claim.delivery.connection_id))).toEqual({ 'connection-1': 5, small: 3 });
  });

  test('organizations take turns, however many workspaces each has', async () => {
    for (const id of ['big-a', 'big-b', 'big-c', 'big-d']) {
      await connectOther(id, 'globex');
      await fill(id, 4, 'globex');
    }
    await fill('connection-1', 6);
    const claims = await opened.claim(8);
    expect(countBy(claims.map((claim) => claim.organizationId))).toEqual({ acme: 4, globex: 4 });
    expect(new Set(claims.filter((claim) => claim.organizationId === 'globex').map((claim) => claim.delivery.connection_id)).size).toBe(4);
  });

  describe('and one message at a time can go', () => {
    /** Each is claimed when a place is free, and still being sent when the next one is. */
    async function inTurn(count: number): Promise<LaneClaim[]> {
      const sent: LaneClaim[] = [];
      for (let n = 0; n < count; n += 1) sent.push(...(await opened.lanes.claim(1, sent)));
      return sent;
    }

    test('organizations take turns, however long what one of them has waits already', async () => {
      for (const id of ['big-a', 'big-b', 'big-c', 'big-d']) {
        await connectOther(id, 'globex');
        await fill(id, 4, 'globex');
      }
      await fill('connection-1', 4);
      expect(countBy((await inTurn(8)).map(({ organizationId }) => organizationId))).toEqual({ acme: 4, globex: 4 });
    });

    test('workspaces of an organization take turns, however long what one of them has waits already', async () => {
      await connectOther('big');
      await fill('big', 12);
      await fill('connection-1', 3);
      expect(countBy((await inTurn(6)).map(({ connectionId }) => connectionId))).toEqual({ 'connection-1': 3, big: 3 });
    });
  });

  test('a workspace that cannot send does not fill the window again and again: its lanes sleep', async () => {
    await connectOther('silent');
    await fill('silent', 140);
    await opened.connect({ id: 'silent', version: 2, paused: true });
    await opened.source.query(`update lanes set next_at = clock_timestamp() - interval '1 minute' where connection_id = 'silent'`);
    await fill('connection-1', 2);
    expect(countBy((await opened.claim(8)).map((claim) => claim.delivery.connection_id))).toEqual({ 'connection-1': 2 });
    expect(await opened.source.query(`select count(*)::int as awake from lanes where connection_id = 'silent' and next_at < 'infinity'`)).toEqual([{ awake: 12 }]);
  });

  test('a workspace whose lanes fill the window does not hide those that came due after it', async () => {
    await fill('connection-1', 140);
    await connectOther('small');
    await fill('small', 2);
    const claims = await opened.claim(8);
    expect(countBy(claims.map((claim) => claim.delivery.connection_id))).toMatchObject({ small: 2 });
  }, 20_000);

  test('what is leased already is nobody else\'s, whatever its pace', async () => {
    await fill('connection-1', 150);
    const leased = new Set((await opened.claim(16)).map(({ deliveryId }) => deliveryId));
    await opened.source.query(`update lanes set next_at = clock_timestamp() - interval '1 hour' where leased_until > clock_timestamp()`);
    const claims = [...(await opened.claim(32)), ...(await opened.claim(32))];
    expect(leased.size).toBe(16);
    expect(claims).toHaveLength(64);
    expect(claims.filter(({ deliveryId }) => leased.has(deliveryId))).toEqual([]);
  }, 20_000);

  test('a claim locks no more lanes the more workspaces there are', async () => {
    for (let n = 0; n < 100; n += 1) {
      const id = `w${String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26))}`;
      await connectOther(id);
      await fill(id, 4);
    }
    const runner = opened.source.createQueryRunner();
    await runner.startTransaction();
    const claimed = (await runner.query(`select * from claim_deliveries(32, 1, interval '30 seconds', 0, 1, interval '1 second', interval '0')`)) as unknown[];
    const [left] = await opened.source.query<{ lanes: number }[]>('select count(*)::int as lanes from (select 1 from lanes for update skip locked) free');
    await runner.rollbackTransaction();
    await runner.release();
    expect(claimed).toHaveLength(32);
    expect(400 - (left?.lanes ?? 0)).toBeLessThanOrEqual(256); // a window of the longest due, and one of turns
  }, 30_000);

  test('the one workspace of many that has something to send gets the whole of a claim', async () => {
    for (let n = 0; n < 40; n += 1) await connectOther(`idle-${n}`);
    await fill('connection-1', 140);
    expect(await opened.claim(32)).toHaveLength(32);
  }, 20_000);

  test('what a person sent goes first, and waiting raises priority by one step a minute', async () => {
    Object.assign(opened.config, { SLACK_WORKSPACE_RATE: 1, SLACK_WORKSPACE_BURST: 1 });
    const [old = ''] = await opened.accept({ priority: 5, destination: { id: 'C0OLDEST01' } });
    await opened.source.query(`update lanes set due_since = due_since - interval '3 minutes'`);
    const [, critical = '', byHand = ''] = await opened.accept({ priority: 5, destination: { id: 'C0NEWER001' } }, { priority: 3, destination: { id: 'C0CRITICAL' } }, { priority: 0, destination: { id: 'C0BYHAND01' } });
    const order: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const claim = await opened.claimOne();
      order.push(claim?.deliveryId ?? '');
      await opened.source.query(`update budgets set tat = clock_timestamp() - interval '5 seconds'`);
      await opened.source.query(`update lanes set next_at = clock_timestamp() where next_at < 'infinity'`);
    }
    expect(order).toEqual([byHand, old, critical]);
  });
});

describe('one workspace behind several connections', () => {
  test('has one allowance, and each lane goes that much slower', async () => {
    await opened.connect({ id: 'second' });
    await opened.accept({}, {});
    await opened.finish(await opened.claimOne());
    await opened.passTime(1.5);
    expect(await opened.claimOne()).toBeUndefined();
    await opened.passTime(0.6);
    expect(await opened.claimOne()).toBeDefined();
  });

  test('is at full speed again when only one can send', async () => {
    await opened.connect({ id: 'second' });
    await opened.connect({ id: 'second', version: 2, paused: true });
    await opened.accept({}, {});
    await opened.finish(await opened.claimOne());
    await opened.passTime(1.01);
    expect(await opened.claimOne()).toBeDefined();
  });
});

describe('when Slack says "too fast"', () => {
  async function limit(channels: number): Promise<void> {
    await opened.accept(...Array.from({ length: channels }, (_, n) => ({ destination: { id: `C0LIMITED${n}` } })));
    const claims = await opened.claim(32);
    await opened.lanes.finish(claims.map((claim) => resultOf(claim, waits({ rateLimited: true, laneWaitMs: 7000 }))));
  }
  const budget = async (): Promise<{ blocked: boolean; rate_factor: number } | undefined> =>
    (await opened.source.query<{ blocked: boolean; rate_factor: number }[]>('select blocked_until > clock_timestamp() as blocked, rate_factor from budgets'))[0];

  test('to one or two destinations, only they wait', async () => {
    await limit(2);
    expect(await budget()).toEqual({ blocked: false, rate_factor: 1 });
    await opened.accept({ destination: { id: 'C0ANOTHER1' } });
    expect(await opened.claim(32)).toHaveLength(1);
  });

  test('to three within ten seconds, the workspace waits for the longest and then goes slower', async () => {
    await limit(3);
    expect(await budget()).toEqual({ blocked: true, rate_factor: 0.75 });
    await opened.accept({ destination: { id: 'C0ANOTHER1' } });
    expect(await opened.claim(32)).toEqual([]);
    await opened.passTime(7.5);
    expect((await opened.claim(32)).length).toBeGreaterThan(0);
  });

  test('the workspace waits for the longest also when others were told a shorter time later', async () => {
    await opened.accept(...['C0LIMITEDA', 'C0LIMITEDB', 'C0LIMITEDC'].map((id) => ({ destination: { id } })));
    const claims = await opened.claim(3);
    for (const [n, laneWaitMs] of [60_000, 30_000, 2000].entries()) await opened.finish(claims[n], waits({ rateLimited: true, laneWaitMs }));
    const [blocked] = await opened.source.query<{ s: number }[]>('select extract(epoch from blocked_until - clock_timestamp())::float8 as s from budgets');
    expect(blocked?.s).toBeGreaterThan(55);
    expect(await budget()).toEqual({ blocked: true, rate_factor: 0.75 });
  });

  test('its rate is cut once for what was under way at the same time', async () => {
    await limit(3);
    await limit(6);
    expect(await budget()).toEqual({ blocked: true, rate_factor: 0.75 });
  });

  test('the destination goes slower for each time, five times slower at most, and faster again with each message that is taken, and with nothing else', async () => {
    const factor = async (): Promise<number | undefined> => (await opened.source.query<{ interval_factor: number }[]>('select interval_factor from lanes'))[0]?.interval_factor;
    await opened.accept({});
    for (let n = 0; n < 10; n += 1) {
      await opened.finish(await opened.claimOne(), waits({ rateLimited: true, laneWaitMs: 1000 }));
      if (n === 0) expect(await factor()).toBeCloseTo(1.25);
      await opened.passTime(30);
    }
    expect(await factor()).toBe(5);
    await opened.finish(await opened.claimOne(), waits());
    await opened.passTime(30);
    await opened.accept({});
    await opened.finish(await opened.claimOne(), { ...waits(), state: 'failed', error: { code: 'no_text', message: '', remedy: '' } });
    expect(await factor()).toBe(5);
    await opened.passTime(30);
    await opened.finish(await opened.claimOne());
    expect(await factor()).toBeCloseTo(4.75);
  });

  test('its quota that is used up again when it was waited for is waited for twice as long', async () => {
    const used = async (): Promise<number> => {
      await opened.accept({ destination: { id: 'C0QUOTAONE' } }, { destination: { id: 'C0QUOTATWO' } });
      const claims = await opened.claim(2);
      for (const claim of claims) await opened.finish(claim, waits({ rateLimited: true, laneWaitMs: 1000, workspaceWaitMs: 3_600_000 }));
      const [row] = await opened.source.query<{ hours: number }[]>('select round(extract(epoch from blocked_until - clock_timestamp()) / 3600)::int as hours from budgets');
      return row?.hours ?? 0;
    };
    const hours = [];
    for (let n = 0; n < 5; n += 1) {
      hours.push(await used());
      await opened.passTime((hours.at(-1) ?? 0) * 3600 + 1);
    }
    expect(hours).toEqual([1, 2, 4, 8, 8]);
    await opened.passTime(700);
    expect(await used()).toBe(1);
  });

  test('full rates that come back lock no allowance out of the order in which claims lock them', async () => {
    const ids = ['c', 'a', 'e', 'b', 'f', 'd'];
    for (const id of ids) await connectOther(id);
    await opened.accept(...ids.map((id) => ({ connectionId: id, destination: { id: `C0${id.toUpperCase()}` } })));
    const claims = await opened.claim(32);
    await opened.source.query(`update budgets set rate_factor = 0.5, slowed_at = clock_timestamp() - interval '1 hour'`);
    const claiming = opened.source.createQueryRunner();
    const lock = (condition: string): Promise<unknown> => claiming.query(`select 1 from budgets where ${condition} order by budget_key for no key update`);
    await claiming.startTransaction();
    await lock(`budget_key like 'T0B/%'`);
    const finishing = opened.lanes.finish(claims.map((claim) => resultOf(claim, POSTED)));
    await eventually(async () => (await opened.source.query<unknown[]>(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length > 0);
    await lock(`budget_key > 'T0C' and budget_key < 'T0G'`);
    await claiming.commitTransaction();
    await claiming.release();
    await finishing;
    await expect(opened.source.query(`select count(*)::int as faster from budgets where rate_factor > 0.5`)).resolves.toEqual([{ faster: 6 }]);
  });

  test('its full rate comes back in quiet times', async () => {
    await limit(3);
    for (let n = 0; n < 3; n += 1) {
      await opened.passTime(40);
      await opened.accept({ destination: { id: 'C0ANOTHER1' } });
      await opened.finish((await opened.claim(32)).find((claim) => claim.delivery.destination_id === 'C0ANOTHER1'));
    }
    expect((await budget())?.rate_factor).toBe(1);
  });
});

describe('where nothing is paced', () => {
  beforeEach(() => {
    opened.config.SLACK_CHANNEL_INTERVAL_MS = 0;
  });

  test('a lease holds several messages of its lane in their order, and no other replica gets any of it', async () => {
    const ids = await opened.accept({ priority: 5 }, { priority: 5 }, { priority: 5 });
    const [first = ''] = await opened.accept({ priority: 0 });
    const claims = await opened.claim(10);
    expect(claims.map((claim) => claim.deliveryId)).toEqual([first, ...ids]);
    expect(claims.map((claim) => claim.isLast)).toEqual([false, false, false, true]);
    expect(await opened.claim(10)).toEqual([]);
  });

  test('the lane goes back with the last result only', async () => {
    await opened.accept({}, {}, {});
    const [first, second, third] = await opened.claim(10);
    await opened.finish(first);
    await opened.accept({});
    expect(await opened.claim(10)).toEqual([]);
    await opened.finish(second);
    await opened.finish(third);
    expect(await opened.claim(10)).toHaveLength(1);
  });

  test('what was put back untouched costs nothing, writes no line and goes next', async () => {
    const [first = '', second = ''] = await opened.accept({}, {});
    const [one, two] = await opened.claim(10);
    await opened.finish(one, waits());
    await opened.finish(two, UNTOUCHED);
    expect(await opened.row(second)).toMatchObject({ state: 'waiting', attempts: 0, waiting_for: null });
    await expect(opened.source.query('select kind from timeline where delivery_id = $1', [second])).resolves.toEqual([{ kind: 'accepted' }]);
    expect((await opened.claim(10)).map((claim) => claim.deliveryId)).toEqual([first, second]);
  });

  test('after a crash only the message whose request was started is in doubt', async () => {
    const [first = '', second = ''] = await opened.accept({}, {});
    const claims = await opened.claim(10);
    await opened.lanes.markStarted(claims.slice(0, 1));
    await opened.passTime(31);
    await opened.source.query(`update lanes set next_at = '-infinity'`);
    const again = await opened.claim(10);
    expect(again.map(({ deliveryId, leftover }) => ({ deliveryId, leftover }))).toEqual([{ deliveryId: first, leftover: true }]);
    expect(await opened.row(second)).toMatchObject({ state: 'waiting' });
  });
});

describe('the allowance of a workspace', () => {
  beforeEach(async () => {
    Object.assign(opened.config, { SLACK_WORKSPACE_RATE: 10, SLACK_WORKSPACE_BURST: 10 });
    await fill('connection-1', 60);
  });

  test('is one for all replicas', async () => {
    const claims = (await Promise.all(Array.from({ length: 4 }, () => opened.claim(8)))).flat();
    expect(claims.length).toBeLessThanOrEqual(11); // and what a tenth of a second brings
  });

  test('is reckoned from when it is held, not from when it was asked for', async () => {
    const holder = opened.source.createQueryRunner();
    await holder.startTransaction();
    await holder.query('select 1 from budgets for update');
    const late = opened.claim(32);
    await sleep(1500);
    await holder.commitTransaction();
    await holder.release();
    const first = (await late).length;
    const [budget] = await opened.source.query<{ ahead: number }[]>('select extract(epoch from tat - clock_timestamp())::float8 as ahead from budgets');
    expect(first).toBe(10);
    expect(budget?.ahead).toBeGreaterThan(0.8); // else the next second could bring another ten at once
  });
});

test('a message that is recorded as posted twice was posted once', async () => {
  const [id] = await opened.accept({});
  const claim = await opened.claimOne();
  await opened.finish(claim);
  await opened.finish(claim);
  const kinds = (): Promise<unknown> => opened.source.query('select kind from timeline where delivery_id = $1 order by id', [id]);
  expect(await kinds()).toEqual([{ kind: 'accepted' }, { kind: 'posted' }]);
  await opened.finish(claim, { ...POSTED, ts: '2.2' });
  expect(await kinds()).toEqual([{ kind: 'accepted' }, { kind: 'posted' }, { kind: 'posted' }]);
});

test('two requests never come closer than nine tenths of the interval, however long a claim was on its way to Slack', async () => {
  await opened.accept({}, {});
  const claim = await opened.claimOne();
  await opened.lanes.markStarted(claim ? [claim] : []);
  await opened.source.query(`update deliveries set claimed_at = clock_timestamp() - interval '5 seconds', begun_at = clock_timestamp() where state = 'posting'`);
  await opened.finish(claim);
  const [lane] = await opened.source.query<{ s: number }[]>('select extract(epoch from next_at - clock_timestamp())::float8 as s from lanes');
  expect(lane?.s).toBeGreaterThan(0.8);
  expect(lane?.s).toBeLessThan(0.95);
});

test('what waits in a lane has waited only since the message before it', async () => {
  await opened.accept({}, {});
  await opened.source.query(`update lanes set due_since = clock_timestamp() - interval '1 hour'`);
  await opened.finish(await opened.claimOne());
  expect(await opened.source.query(`select 1 from lanes where due_since > clock_timestamp() - interval '1 minute'`)).toHaveLength(1);
});

test('a lane is not paced by what never asked Slack', async () => {
  await opened.accept({}, {});
  await opened.finish(await opened.claimOne(), { ...POSTED, state: 'suppressed', asked: false, story: { kind: 'suppressed', text: 'Kept back' } });
  expect(await opened.claimOne()).toBeDefined();
});

test('what is held by a pause is passed over', async () => {
  const [held = '', free = ''] = await opened.accept({ priority: 0 }, { priority: 9 });
  await opened.source.query('update deliveries set held_since = clock_timestamp() where delivery_id = $1', [held]);
  expect((await opened.claimOne())?.deliveryId).toBe(free);
});

test('messages of a paused workflow are held when they come', async () => {
  await opened.source.query(`insert into pauses (organization_id, workflow_id, paused_by) values ('acme', 'noisy', 'noa@acme.test')`);
  await opened.accept({ source: { kind: 'workflow', workflowId: 'noisy', version: 1, stepId: 's' } });
  const [free = ''] = await opened.accept({ source: { kind: 'workflow', workflowId: 'quiet', version: 1, stepId: 's' } });
  expect((await opened.claim(10)).map((claim) => claim.deliveryId)).toEqual([free]);
});
