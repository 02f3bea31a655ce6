/** Issues that change, or are excluded, while their message waits or was not sent. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { anIssue } from '@tocsin/testing';

import { BY_WORKFLOW, changed, OpenedLiving } from '../../test/opened-living.js';
import { commandOf } from '../deliveries/claim.js';
import { tell } from './claim-telling.js';

let living: OpenedLiving;

beforeAll(async () => { living = await OpenedLiving.open(); }, 30_000);
afterAll(() => living.opened.close());
beforeEach(() => living.opened.clear());

const issue = anIssue({ id: 'i1', severity: 'high' });
const raised = changed(issue, { severity: 'critical' });
const resolved = changed(raised.issue, { status: 'resolved' }, 'resolved');

describe('an issue that was excluded before it was told', () => {
  /** The message about it, as what becomes of it is decided. */
  async function endAsExcluded(): Promise<void> {
    await living.opened.passTime(60);
    const claim = await living.opened.claimOne();
    const telling = claim && tell(claim.delivery, commandOf(claim.delivery));
    if (!telling || !('outcome' in telling)) throw new Error('it is told');
    await living.opened.finish(claim, telling.outcome);
  }

  const excluded = changed(issue, { status: 'excluded' });
  const back = changed(excluded.issue, { status: 'open' });

  test('is told when that is taken back, once, as what it was to be told as: a workflow for new issues alone would not tell it', async () => {
    await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new', comment: 'look', options: { broadcast: true } });
    await living.hear(excluded);
    await endAsExcluded();
    await living.hear(back);
    await living.hear(back);
    const [first, again, ...others] = await living.deliveries();
    expect(others).toEqual([]);
    expect(first).toMatchObject({ state: 'suppressed', error: { code: 'excluded_before_sent' } });
    expect(again).toMatchObject({ state: 'waiting', kind: 'message', command: { issues: [{ revision: 3, status: 'open' }], source: BY_WORKFLOW, change: 'new', comment: 'look', options: { broadcast: true } } });
    const ts = await living.post();
    expect(await living.told()).toMatchObject([{ delivery_id: again?.delivery_id, ts, shown_revision: 3, collapsed: false }]);
  });

  test('and again before it was told then, and not any more, is told once', async () => {
    await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.hear(excluded);
    await endAsExcluded();
    await living.hear(back);
    const again = changed(back.issue, { status: 'excluded' });
    await living.hear(again);
    await living.hear(changed(again.issue, { status: 'open' }));
    expect((await living.deliveries()).map(({ state }) => state)).toEqual(['suppressed', 'waiting']);
    await living.hear(changed({ ...again.issue, revision: 5 }, { status: 'excluded' }));
    await endAsExcluded();
    await living.hear(changed({ ...again.issue, revision: 6 }, { status: 'open' }));
    expect((await living.deliveries()).map(({ state }) => state)).toEqual(['suppressed', 'suppressed', 'waiting']);
  });

  test('is not told when it is resolved by then', async () => {
    await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.hear(excluded);
    await endAsExcluded();
    await living.hear(changed(excluded.issue, { status: 'resolved' }, 'resolved'));
    expect((await living.deliveries()).map(({ state }) => state)).toEqual(['suppressed']);
  });
});

describe('an issue that changes before it is told', () => {
  test('is told as it is, in the place that is due to it', async () => {
    const [id = ''] = await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.hear(raised);
    await living.hear(raised);
    expect(await living.deliveries()).toMatchObject([{ state: 'waiting', priority: 2, severity: 'critical', command: { issues: [{ revision: 2 }] } }]);
    await expect(living.opened.source.query('select kind, text from timeline where delivery_id = $1 order by id', [id])).resolves.toMatchObject([{ kind: 'accepted' }, { kind: 'changed', text: 'The issue changed before it was told: severity high → critical' }]);
  });

  test('and is resolved is not told at all, nor that it is resolved', async () => {
    await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.opened.accept({ issues: [{ ...resolved.issue }], source: BY_WORKFLOW, change: 'resolved' });
    await living.hear(resolved);
    expect(await living.deliveries()).toMatchObject([{ state: 'suppressed', error: { code: 'resolved_before_sent' } }, { state: 'suppressed', error: { code: 'resolved_before_sent' } }]);
    expect((await living.opened.said()).map(({ type, data }) => [type, data['state']])).toEqual([['delivery.settled.v1', 'suppressed'], ['delivery.settled.v1', 'suppressed']]);
    await living.opened.accept({ issues: [resolved.issue], source: BY_WORKFLOW, change: 'resolved' });
    expect((await living.opened.claimOne())?.delivery.told).toMatchObject({ collapsed: true, ts: null });
  });

  test('by hand is told all the same', async () => {
    await living.opened.accept({ issues: [issue] });
    await living.hear(resolved);
    expect(await living.deliveries()).toMatchObject([{ state: 'waiting', command: { issues: [{ status: 'resolved' }] } }]);
  });

  test('and was told before has its end told in the thread', async () => {
    await living.tell({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.opened.accept({ issues: [raised.issue], source: BY_WORKFLOW, change: 'updated' });
    await living.opened.accept({ issues: [resolved.issue], source: BY_WORKFLOW, change: 'resolved' });
    await living.hear(resolved);
    expect(await living.deliveries()).toMatchObject([{ state: 'posted' }, { state: 'suppressed', error: { code: 'resolved_before_sent' } }, { state: 'waiting', command: { change: 'resolved' } }]);
    expect((await living.told())[0]).toMatchObject({ collapsed: false, wanted_revision: 3 });
  });
});
