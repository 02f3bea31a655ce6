import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { anIssue } from '@tocsin/testing';

import { BY_WORKFLOW, changed, OpenedLiving } from '../../test/opened-living.js';
import { POSTED } from '../../test/opened-lanes.js';
import { commandOf } from '../deliveries/claim.js';
import { DestinationRepository } from '../destinations/destination.repository.js';
import { LaneMoves } from '../directory/lane-moves.js';
import { traced } from './claim-telling.js';
import { traceOf, type KeptCommand } from './told.js';

let living: OpenedLiving;

const [named, counted, third] = ['i1', 'i2', 'i3'].map((id) => anIssue({ id, severity: 'high' })) as [ReturnType<typeof anIssue>, ReturnType<typeof anIssue>, ReturnType<typeof anIssue>];
const PLACE = { organizationId: 'acme', connectionId: 'connection-1', destinationId: 'C0SECALERT' };

beforeAll(async () => { living = await OpenedLiving.open(); }, 30_000);
afterAll(() => living.opened.close());
beforeEach(() => living.opened.clear());

/** Two messages that a digest told, which names the issue of the first. @returns its id */
async function tellInDigest(options: KeptCommand['options'] = {}): Promise<string> {
  const digest = { kind: 'burst', title: '2 issues at once', totals: { high: 2 }, sections: [{ name: 'High', total: 2, issues: [named] }] } as const;
  const [digestId = '', ...members] = await living.opened.accept(
    { issues: [], source: { kind: 'digest', of: 2, workflowId: 'w1' }, digest: { ...digest, sections: digest.sections.map((section) => ({ ...section, issues: [...section.issues] })) }, priority: 0 },
    { issues: [named], source: BY_WORKFLOW, change: 'new', options },
    { issues: [counted], source: BY_WORKFLOW, change: 'new', options },
  );
  await living.opened.source.query('update deliveries set digest_id = $1 where delivery_id = any($2)', [digestId, members]);
  const claim = await living.opened.claimOne();
  if (!claim) throw new Error('nothing is due');
  await living.opened.finish(claim, traced({ ...POSTED, ts: '9.9' }, traceOf(commandOf(claim.delivery)), false));
  await living.opened.source.query(`update deliveries set state = 'posted', slack_channel = 'C0SECALERT', slack_ts = '9.9', settled_at = now() where digest_id = $1`, [digestId]);
  await living.opened.outbox.transaction((tx) => living.opened.told.recordMembers(tx, digestId, members.map((delivery_id) => ({ organization_id: 'acme', delivery_id }))));
  return digestId;
}

/** Slack gives the channel another id. */
async function changeId(): Promise<void> {
  const [lane] = await living.opened.source.query<{ lane_id: string }[]>(`select lane_id from lanes where destination_key = 'C0SECALERT'`);
  await living.opened.outbox.transaction(async (tx) => {
    await living.opened.destinations.changeId(tx, PLACE, 'C0NEWIDNEW', Date.now());
    const found = await new DestinationRepository().present(tx, PLACE);
    await new LaneMoves().toNewId(tx, { ...PLACE, laneId: lane?.lane_id ?? '' }, PLACE.destinationId, { ...found, kind: 'channel' });
  });
}

describe('issues that a digest told', () => {
  test.each<[string, KeptCommand['options']]>([['kept up to date', { living: false }], ['answered', { thread: false }]])('are not followed where their messages were not to be %s', async (_, options) => {
    await tellInDigest(options);
    await living.hear(...[named, counted].map((issue) => changed(issue, { status: 'resolved' }, 'resolved', 'scan-1')));
    expect(await living.answers()).toEqual([]);
  });

  test('are followed as before when it could not be taken back', async () => {
    const { outbox, told } = living.opened;
    for (const [options, followed] of [[{ living: false }, 0], [{}, 1]] as const) {
      await living.opened.clear();
      const key = { organization_id: 'acme', delivery_id: await tellInDigest(options) };
      expect(await outbox.transaction((tx) => told.leaveAlone(tx, key))).toBe(followed === 1);
      await outbox.transaction((tx) => told.resume(tx, key));
      await living.hear(...[named, counted].map((issue) => changed(issue, { status: 'resolved' }, 'resolved', 'scan-1')));
      expect(await living.answers()).toHaveLength(followed);
    }
  });

  test('are forgotten with it when it is taken back, also after its channel got another id', async () => {
    const digestId = await tellInDigest();
    await changeId();
    await living.opened.outbox.transaction((tx) => living.opened.told.forget(tx, { organization_id: 'acme', delivery_id: digestId }));
    expect(await living.told()).toEqual([]);
  });
});

describe('an answer that sums up what changed', () => {
  const escalated = changed(named, { severity: 'critical' });
  const resolved = changed(escalated.issue, { status: 'resolved' }, 'resolved');

  async function sections(): Promise<unknown[]> {
    const [answer, ...others] = await living.answers();
    expect(others).toEqual([]);
    return [answer?.command.digest?.title, ...(answer?.command.digest?.sections.map(({ name, total, issues }) => [name, total, ...issues.map(({ id, revision }) => `${id} at ${revision}`)]) ?? [])];
  }

  beforeEach(async () => {
    await living.tell({ issues: [named, counted, third] });
  });

  test('tells an issue that changes again while it waits once, with all that happened to it', async () => {
    await living.hear(escalated);
    await living.hear(resolved);
    expect(await sections()).toEqual(['One of these issues changed', ['Resolved', 1, 'i1 at 3']]);
  });

  test('goes on counting the others', async () => {
    await living.hear(escalated, changed(counted, { severity: 'low' }));
    await living.hear(resolved, changed(third, { severity: 'low' }));
    expect(await sections()).toEqual(['3 of these issues changed', ['Resolved', 1, 'i1 at 3'], ['Updated', 2, 'i2 at 2', 'i3 at 2']]);
  });

  test('does not count what was taken back, and counts it again when it changes again', async () => {
    await living.hear(escalated, changed(counted, { severity: 'low' }));
    const back = changed(escalated.issue, { severity: 'high' });
    await living.hear(back);
    expect(await sections()).toEqual(['One of these issues changed', ['Updated', 1, 'i2 at 2']]);
    await living.hear(changed({ ...counted, severity: 'low', revision: 2 }, { severity: 'high' }));
    expect(await sections()).toEqual(['0 of these issues changed']);
    await living.hear(changed(back.issue, { severity: 'low' }));
    expect(await sections()).toEqual(['One of these issues changed', ['Updated', 1, 'i1 at 4']]);
  });

  test('keeps an issue that was resolved where it is when something else of it changes', async () => {
    await living.hear(changed(named, { status: 'resolved' }, 'resolved'));
    await living.hear(changed({ ...named, status: 'resolved', revision: 2 }, { severity: 'low' }));
    expect(await sections()).toEqual(['One of these issues changed', ['Resolved', 1, 'i1 at 3']]);
  });
});
