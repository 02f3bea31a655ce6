import { describe, expect, test } from '@jest/globals';

import { aSendToSlack, anIssue } from '@tocsin/testing';

import { commandOf, type Claim, type ClaimedRow } from '../deliveries/claim.js';
import { posted, UNTOUCHED } from '../deliveries/outcome.js';
import { asAttempted, asTold, carryOver, tell, traced, withoutThread } from './claim-telling.js';
import { traceOf, type KeptCommand } from './told.js';

const workflow = { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' } as const;
const issue = anIssue({ id: 'i1', revision: 2 });
const ARRIVED = posted({ channel: 'C0SECALERT', ts: '1.1' }, '#sec-alerts', false);

function claimed(command: Partial<KeptCommand> = {}, row: Partial<ClaimedRow> = {}): Claim {
  const whole = Object.assign(aSendToSlack({ issues: [issue], source: workflow }), command);
  const delivery: ClaimedRow = {
    organization_id: 'acme', delivery_id: whole.commandId, lane_id: '1', connection_id: 'connection-1', priority: 5, attempts: 0, ambiguous: 0, kind: 'message',
    event: Buffer.from(JSON.stringify({ data: whole })), issue_ids: whole.issues.map(({ id }) => id), destination_id: 'C0SECALERT', destination_kind: 'channel', destination_name: null,
    slack_channel: null, slack_ts: null, digest_id: null, replay_of: null, created_at: new Date(0), workspace_url: 'https://acme.slack.com',
    said_at: new Date(0), claimed_at: new Date(0), fail_streak: 0, troubled: false, parent_channel: null, parent_ts: null, told: null, newest: null, ...row,
  };
  return { organizationId: 'acme', deliveryId: whole.commandId, laneId: '1', leaseId: 'lease', attempt: 1, leftover: false, isProbe: false, isLast: false, delivery };
}

function tellOf({ delivery }: Claim): ReturnType<typeof tell> {
  return tell(delivery, commandOf(delivery));
}

/** What becomes of the second when the first of one lease was posted. */
function second(first: Claim, later: Claim): string {
  const told = tellOf(first);
  if ('outcome' in told) return 'the first was not sent';
  carryOver([later], first, traced(ARRIVED, told.leaves, false));
  const telling = tellOf(later);
  return 'outcome' in telling ? (telling.outcome.error?.code ?? telling.outcome.state) : telling.thread ? `answer to ${telling.thread.ts}` : 'message';
}

describe('two messages of one lease', () => {
  test.each<[string, Claim, Claim, string]>([
    ['about one issue: the second knows of the first', claimed(), claimed({ change: 'new' }), 'already_told'],
    ['about one issue that changed: the second answers the first', claimed(), claimed({ change: 'updated', issues: [{ ...issue, revision: issue.revision + 1 }] }), 'answer to 1.1'],
    ['about one issue whose change the first one shows', claimed(), claimed({ change: 'updated' }), 'already_told'],
    ['about different issues', claimed(), claimed({ issues: [anIssue()] }), 'message'],
    ['by hand', claimed(), claimed({ source: { kind: 'manual', user: 'ada' } }), 'message'],
    ['after one about several issues', claimed({ issues: [issue, anIssue()] }), claimed(), 'message'],
    ['after one with another comment', claimed({ comment: 'look' }), claimed(), 'message'],
    ['after one that is not kept up to date', claimed({ options: { living: false } }), claimed({ change: 'updated' }), 'message'],
  ])('%s', (_, first, later, becomes) => {
    expect(second(first, later)).toBe(becomes);
  });

  test('that answer the same: the second has nothing to add', () => {
    const told = { deliveryId: 'first', channel: 'C0SECALERT', ts: '1.0', inDigest: false, living: true, outdated: false, unconfirmed: false, collapsed: false, comment: null, repliedRevision: 0 };
    expect(second(claimed({ change: 'updated' }, { told }), claimed({ change: 'updated' }, { told }))).toBe('already_told');
  });
});

test('a message that is sent again says as of when it is, unless it shows what was heard of its issue since', () => {
  const again = (newest: ClaimedRow['newest']): unknown => tellOf(claimed({ change: 'new', asOf: '2026-11-25T14:02:00.000Z' }, { replay_of: 'first', newest }));
  expect(again(null)).toMatchObject({ shown: { command: { asOf: '2026-11-25T14:02:00.000Z' } } });
  expect(again({ ...issue, revision: issue.revision + 1 })).not.toHaveProperty('shown.command.asOf');
});

describe('that an issue is resolved', () => {
  const end = anIssue({ id: 'i1', revision: 3, status: 'resolved' });
  const told = { deliveryId: 'first', channel: 'C0SECALERT', ts: '1.0', inDigest: true, living: true, outdated: false, unconfirmed: false, collapsed: false, comment: null, repliedRevision: 0 };

  test.each<[string, ClaimedRow['told'], string]>([
    ['is not told where nothing was told of it', null, 'resolved_before_sent'],
    ['is told where a digest told it', told, 'message'],
    ['is told where a message shows it as it was', { ...told, inDigest: false, outdated: true }, 'answer'],
    ['is told where a message of it may have arrived', { ...told, channel: null, ts: null, unconfirmed: true }, 'message'],
  ])('%s, also after a message of the same lease that it was too late for', (_, row, becomes) => {
    const [first, later] = [claimed({ change: 'updated' }, { told: row, newest: end }), claimed({ change: 'resolved', issues: [end] }, { told: row, newest: end })];
    const ended = tellOf(first);
    if (!('outcome' in ended)) throw new Error('the first was sent');
    carryOver([later], first, ended.outcome);
    const telling = tellOf(later);
    expect('outcome' in telling ? telling.outcome.error?.code : telling.thread ? 'answer' : 'message').toBe(becomes);
  });
});

describe('an answer that shows a newer issue than it tells', () => {
  const told = { deliveryId: 'first', channel: 'C0SECALERT', ts: '1.0', inDigest: false, living: true, outdated: false, unconfirmed: false, collapsed: false, comment: null, repliedRevision: 0 };
  const newest = anIssue({ id: 'i1', revision: 3, severity: 'critical' });
  const answer = (covers: number[]): Claim => claimed({ reply: { since: 1, covers } }, { kind: 'reply', told, newest, parent_channel: 'C0SECALERT', parent_ts: '1.0' });

  test.each<[string, Claim, Claim]>([
    ['by notifier itself', answer([2]), answer([3])],
    ['by a workflow', claimed({ change: 'updated' }, { told, newest }), claimed({ change: 'updated', issues: [newest] }, { told, newest })],
  ])('%s leaves the rest to the next one', (_, first, later) => {
    expect(second(first, later)).toBe('answer to 1.0');
  });
});

describe('a message is told', () => {
  test('with the issue as it is now', () => {
    const newest = anIssue({ id: 'i1', revision: 5, severity: 'low' });
    expect(tellOf(claimed({}, { newest }))).toMatchObject({ shown: { command: { issues: [newest] } } });
  });

  test('and leaves behind what it said, where that is more than its command', () => {
    const newest = anIssue({ id: 'i1', revision: 5, severity: 'low' });
    expect(tellOf(claimed({}, { newest }))).toMatchObject({ leaves: { said: { issues: [newest] } } });
    expect(tellOf(claimed())).toMatchObject({ leaves: expect.not.objectContaining({ said: expect.anything() as unknown }) as unknown });
  });

  test('or not, with the link to where it is told', () => {
    const told = { deliveryId: 'first', channel: 'C0SECALERT', ts: '1.000001', inDigest: false, living: true, outdated: false, unconfirmed: false, collapsed: false, comment: null, repliedRevision: 0 };
    expect(tellOf(claimed({}, { told }))).toMatchObject({ outcome: { state: 'suppressed', error: { code: 'already_told', message: expect.stringContaining('https://acme.slack.com/archives/C0SECALERT/p1000001') as unknown } } });
  });

  test('and leaves a mark when it was resolved before', () => {
    expect(tellOf(claimed({}, { newest: anIssue({ id: 'i1', revision: 3, status: 'resolved' }) }))).toMatchObject({ outcome: { trace: { kind: 'collapsed', issue: { id: 'i1', revision: 2 } } } });
  });
});

describe('a thread whose message was deleted', () => {
  test('gets no answer of ours', () => {
    expect(withoutThread({ attempts: 0 }, commandOf(claimed({ reply: { since: 1, covers: [2] } }).delivery))).toMatchObject({ state: 'suppressed', error: { code: 'retracted' } });
  });

  test('is waited for by a workflow, whose message it may become again, but not for ever', () => {
    const command = commandOf(claimed({ change: 'updated' }).delivery);
    expect(withoutThread({ attempts: 0 }, command)).toMatchObject({ state: 'waiting', charge: 1, messageWaitMs: 5000, laneWaitMs: 0 });
    expect(withoutThread({ attempts: 3 }, command)).toBeUndefined();
  });
});

test('an attempt whose end nobody knows told the issue as its command does, and not yet that it may be there twice', () => {
  const { delivery } = claimed({ source: { kind: 'manual', user: 'ada' } }, { ambiguous: 1, newest: anIssue({ id: 'i1', revision: 5 }) });
  expect(asTold(delivery, commandOf(delivery))).toMatchObject({ ambiguous: 1, command: { issues: [{ revision: 5 }] } });
  expect(asAttempted(delivery, commandOf(delivery))).toMatchObject({ ambiguous: 0, command: { issues: [{ revision: 2 }] } });
});

test('what was not sent leaves no trace', () => {
  expect(traced(UNTOUCHED, traceOf(commandOf(claimed().delivery)), false)).toEqual(UNTOUCHED);
});
