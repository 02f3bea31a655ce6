/** Issues that change while the message about them is on its way to Slack: what is recorded then is out of date at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { anIssue } from '@tocsin/testing';

import { BY_WORKFLOW, changed, OpenedLiving } from '../../test/opened-living.js';
import { POSTED, waits } from '../../test/opened-lanes.js';
import { commandOf, type Claim } from '../deliveries/claim.js';
import { traced } from './claim-telling.js';
import type { Heard } from './issue-news.js';
import { traceOf } from './told.js';

let living: OpenedLiving;

const issue = anIssue({ id: 'i1', severity: 'high' });
const raised = changed(issue, { severity: 'critical' });
const lowered = changed(raised.issue, { severity: 'low' });
const back = changed(raised.issue, { severity: 'high' });
const resolved = changed(raised.issue, { status: 'resolved' }, 'resolved');
const TS = '1700000000.000001';

beforeAll(async () => { living = await OpenedLiving.open(); }, 30_000);
afterAll(() => living.opened.close());
beforeEach(() => living.opened.clear());

async function posting(command: Parameters<OpenedLiving['tell']>[0] = {}): Promise<Claim> {
  await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new', ...command });
  const claim = await living.opened.claimOne();
  if (!claim) throw new Error('nothing is due');
  return claim;
}

async function recordPost(claim: Claim, ts = TS): Promise<void> {
  await living.opened.finish(claim, traced({ ...POSTED, ts }, traceOf(commandOf(claim.delivery)), false));
}

async function recordUnconfirmed(claim: Claim): Promise<void> {
  await living.opened.finish(claim, traced({ ...waits(), state: 'unconfirmed', ambiguous: 1, charge: 1 }, traceOf(commandOf(claim.delivery)), false));
}

async function changesTold(): Promise<unknown[]> {
  return (await living.answers()).map(({ state, parent_ts, command }) => [state, parent_ts, command.change, command.changes?.map(({ field, from, to }) => `${field} ${String(from)} → ${String(to)}`).join(', ')]);
}

describe('what changes while the first message is being posted', () => {
  test.each<[string, Heard[], unknown[]]>([
    ['that it became critical', [raised], ['waiting', TS, 'updated', 'severity high → critical']],
    ['from the first value to the last', [raised, lowered], ['waiting', TS, 'updated', 'severity high → low']],
    ['that it is resolved', [raised, resolved], ['waiting', TS, 'resolved', 'status open → resolved, severity high → critical']],
  ])('is told in its thread, %s', async (_, news, told) => {
    for (const source of [BY_WORKFLOW, { kind: 'manual', user: 'noa@acme.test' } as const]) {
      await living.opened.clear();
      const claim = await posting({ source });
      for (const one of news) await living.hear(one);
      expect(await living.answers()).toEqual([]);
      await recordPost(claim);
      expect(await changesTold()).toEqual([told]);
      const revision = news.length + 1;
      expect(await living.told()).toMatchObject([{ shown_revision: 1, wanted_revision: revision, wanted: { revision } }]);
      expect(await living.edits.claim(10)).toMatchObject([{ wanted_revision: revision }]);
    }
  });

  test('there and back is not told', async () => {
    const claim = await posting();
    await living.hear(raised);
    await living.hear(back);
    await recordPost(claim);
    expect(await living.answers()).toEqual([]);
    expect(await living.edits.claim(10)).toMatchObject([{ wanted_revision: 3 }]);
  });

  test('is not told where nobody wants it', async () => {
    for (const [options, edits] of [[{ thread: false }, 1], [{ living: false }, 0]] as const) {
      await living.opened.clear();
      const claim = await posting({ options });
      await living.hear(raised);
      await recordPost(claim);
      expect(await living.answers()).toEqual([]);
      expect(await living.edits.claim(10)).toHaveLength(edits);
    }
  });

  test('is told once, also when the news comes again and older news comes late', async () => {
    const claim = await posting();
    await living.hear(lowered);
    await recordPost(claim);
    await living.hear(lowered);
    await living.hear(raised);
    await living.hear(raised, lowered);
    expect(await changesTold()).toEqual([['waiting', TS, 'updated', 'severity high → low']]);
  });

  test('is told once when it is heard at the moment in which the post is recorded', async () => {
    const issues = Array.from({ length: 12 }, (_, n) => anIssue({ id: `r${String(n).padStart(2, '0')}`, severity: 'high' }));
    for (const [n, one] of issues.entries()) {
      const claim = await posting({ issues: [one], destination: { id: `C0CHANNEL${String.fromCharCode(65 + n)}` } });
      await Promise.all([recordPost(claim), living.hear(changed(one, { severity: 'critical' }))]);
    }
    expect(await changesTold()).toEqual(issues.map(() => ['waiting', TS, 'updated', 'severity high → critical']));
  });

  test('and again before the thread was told is told with it', async () => {
    const claim = await posting();
    await living.hear(raised);
    await recordPost(claim);
    await living.hear(lowered);
    expect(await changesTold()).toEqual([['waiting', TS, 'updated', 'severity high → low']]);
  });

  test('is left to the workflow that is about to tell it', async () => {
    const claim = await posting();
    await living.opened.accept({ issues: [raised.issue], source: BY_WORKFLOW, change: 'updated', changes: [...raised.changes] });
    await living.hear(raised);
    await recordPost(claim);
    expect(await living.answers()).toEqual([]);
    await living.hear(lowered);
    expect(await living.answers()).toEqual([]);
  });

  test('is told in each destination from what it was told', async () => {
    const one = await posting();
    await living.hear(raised);
    const other = await posting({ issues: [raised.issue], destination: { id: 'C0GENERAL1' } });
    await living.hear(lowered);
    await recordPost(one, '1.1');
    await recordPost(other, '2.2');
    expect(await changesTold()).toEqual([['waiting', '1.1', 'updated', 'severity high → low'], ['waiting', '2.2', 'updated', 'severity critical → low']]);
  });

  test('of several issues is summed up in the thread of the message that tells them', async () => {
    const claim = await posting({ issues: [issue, anIssue({ id: 'i2' })], source: { kind: 'manual', user: 'noa@acme.test' } });
    await living.hear(resolved);
    await recordPost(claim);
    await living.hear(resolved);
    expect(await living.answers()).toMatchObject([{ parent_ts: TS, command: { digest: { title: 'One of these issues changed', totals: { resolved: 1 } } } }]);
  });
});

describe('what changed by the time when it turns out that the message', () => {
  test('is there, though others had taken it over, is told in its thread', async () => {
    const late = await posting();
    await living.opened.passTime(60);
    await living.opened.finish(await living.opened.claimOne(), waits());
    await living.hear(raised);
    await recordPost(late);
    expect(await changesTold()).toEqual([['waiting', TS, 'updated', 'severity high → critical']]);
    await recordPost(late);
    expect(await living.answers()).toHaveLength(1);
  });

  test('may be there is told by a new message', async () => {
    const claim = await posting();
    await living.hear(raised);
    await recordUnconfirmed(claim);
    await living.hear(raised);
    expect(await living.deliveries()).toMatchObject([{ state: 'unconfirmed' }, { state: 'waiting', kind: 'message', command: { issues: [{ revision: 2 }], follows: { reason: 'unconfirmed' }, change: 'updated' } }]);
  });

  test.each([['a workflow', BY_WORKFLOW], ['a person', { kind: 'manual', user: 'noa@acme.test' } as const]])('of %s is there after all is left to the new message that waits', async (_, source) => {
    const claim = await posting({ source });
    await recordUnconfirmed(claim);
    await living.hear(raised);
    await recordPost(claim);
    expect(await living.answers()).toEqual([]);
    expect(await living.deliveries()).toMatchObject([{ state: 'posted' }, { state: 'waiting', command: { follows: { reason: 'unconfirmed' } } }]);
  });
});

test('a message that takes the place of one that is gone has told in its thread what changed while it was being posted', async () => {
  await living.tell({ issues: [issue], source: BY_WORKFLOW });
  const [instead = ''] = await living.opened.accept({ issues: [issue], source: BY_WORKFLOW });
  await living.opened.source.query('update told_issues set delivery_id = $1, channel = null, ts = null, shown_revision = 0, replied_revision = 0', [instead]);
  await living.opened.passTime(60);
  const claim = await living.opened.claimOne();
  await living.hear(raised);
  if (claim) await recordPost(claim, '2.2');
  expect(await changesTold()).toEqual([['waiting', '2.2', 'updated', 'severity high → critical']]);
});

test('a post is recorded without another look when nothing changed', async () => {
  const look = jest.spyOn(living.changes, 'catchUpWith');
  await living.hear({ ...raised, issue }); // what it tells is what was heard
  await recordPost(await posting());
  await recordPost(await posting({ issues: [anIssue({ id: 'i2' })], destination: { id: 'C0GENERAL1' } }));
  expect(look).not.toHaveBeenCalled();
  look.mockRestore();
});
