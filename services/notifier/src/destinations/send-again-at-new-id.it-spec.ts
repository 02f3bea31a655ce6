import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';

import { anIssue } from '@tocsin/testing';

import { changed, OpenedLiving } from '../../test/opened-living.js';
import { LaneMoves } from '../directory/lane-moves.js';
import type { ReplayJob } from '../ledger/replay.job.js';
import { ReplayRepository } from '../ledger/replay.repository.js';
import type { Edit } from '../living/edit.repository.js';
import { DestinationRepository } from './destination.repository.js';
import { SendAgainAtNewId } from './send-again-at-new-id.js';

let living: OpenedLiving;
let sendAgain: SendAgainAtNewId;

const OLD = { organizationId: 'acme', connectionId: 'connection-1', destinationId: 'C0SECALERT' };
const NEW = 'C0NEWIDNEW';
const MINUTE_MS = 60_000;

beforeAll(async () => {
  living = await OpenedLiving.open();
  sendAgain = new SendAgainAtNewId(new ReplayRepository(living.opened.source), {} as ReplayJob);
}, 30_000);

afterAll(() => living.opened.close());
beforeEach(() => living.opened.clear());

/** A message whose edit Slack refused: this long before we hear that its channel has another id. */
async function refusedEdit(id: string): Promise<void> {
  const issue = anIssue({ id });
  await living.tell({ issues: [issue] });
  await living.hear(changed(issue, { status: 'resolved' }, 'resolved'));
  const [edit] = await living.edits.claim(1);
  await living.opened.outbox.transaction((tx) => living.edits.rest(tx, edit as Edit, true));
  await living.opened.source.query(`insert into timeline (organization_id, delivery_id, kind, text) values ('acme', $1, 'not_brought_up_to_date', 'The channel does not exist.')`, [edit?.delivery_id]);
}

async function hearOfNewId(changedAt: Date): Promise<void> {
  const { outbox, destinations, source } = living.opened;
  await outbox.transaction(async (tx) => {
    await destinations.changeId(tx, OLD, NEW, changedAt.getTime());
    await sendAgain.begin(tx, OLD, changedAt);
  });
  expect(await living.edits.claim(5)).toEqual([]);
  const [lane] = await source.query<{ lane_id: string }[]>('select lane_id from lanes where destination_key = $1', [OLD.destinationId]);
  await outbox.transaction((tx) => new LaneMoves().toNewId(tx, { ...OLD, laneId: lane?.lane_id ?? '' }, OLD.destinationId, { id: NEW, kind: 'channel', name: null }));
  expect(await new DestinationRepository().present(source, OLD)).toMatchObject({ id: NEW });
  await source.query(`update told_issues set next_at = next_at - interval '1 minute'`);
}

test('an edit that Slack refused between giving a channel another id and telling of it is made at the new one', async () => {
  await refusedEdit('i1');
  await hearOfNewId(new Date(Date.now() - MINUTE_MS));
  expect(await living.edits.claim(5)).toMatchObject([{ issue_id: 'i1', channel: NEW, wanted_revision: 2, wanted: { status: 'resolved' } }]);
});

test('what was refused before, and what was taken, is left alone', async () => {
  await refusedEdit('i1');
  await living.tell({ issues: [anIssue({ id: 'i2' })] });
  await hearOfNewId(new Date(Date.now() + MINUTE_MS));
  expect(await living.edits.claim(5)).toEqual([]);
});

test('of a digest that was refused only the digest is sent again, however many messages it was to tell', async () => {
  const { opened } = living;
  const [digestId = '', ...members] = await opened.accept(...Array.from({ length: 4 }, (_, n) => ({ issues: [anIssue({ id: `i${n}` })] })));
  await opened.source.query(`update deliveries set digest_id = $1 where delivery_id = any($2)`, [digestId, members]);
  await opened.source.query(`update deliveries set state = 'failed', error = '{"code": "channel_not_found"}', settled_at = clock_timestamp()`);
  await opened.outbox.transaction((tx) => sendAgain.begin(tx, OLD, new Date(Date.now() - MINUTE_MS)));
  expect(await opened.source.query('select delivery_id from replay_items')).toEqual([{ delivery_id: digestId }]);
});
