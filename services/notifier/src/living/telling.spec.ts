import { describe, expect, test } from '@jest/globals';

import { aSendToSlack, anIssue } from '@tocsin/testing';

import { decideTelling, type ToTell } from './telling.js';
import type { KeptCommand, Told } from './told.js';

const workflow = { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' } as const;
const THERE = { channel: 'C0SECALERT', ts: '1.1' };
const told: Told = { deliveryId: 'first', ...THERE, inDigest: false, living: true, outdated: false, unconfirmed: false, collapsed: false, comment: null, repliedRevision: 0 };
const issue = anIssue({ id: 'i1', revision: 3 });
const resolved = anIssue({ id: 'i1', revision: 4, status: 'resolved' });
const excluded = anIssue({ id: 'i1', revision: 4, status: 'excluded' });

interface Case extends Partial<Omit<ToTell, 'command' | 'told'>> {
  command?: Partial<KeptCommand>;
  told?: Partial<Told>;
}

function decide({ command, told: row, ...rest }: Case): string {
  const telling = decideTelling({
    deliveryId: 'own', isReplay: false, isAmbiguous: false, parent: undefined, link: undefined, newest: undefined, ...rest,
    command: Object.assign(aSendToSlack({ issues: [issue], source: workflow }), command),
    told: row && { ...told, ...row },
  });
  const follows = telling.as === 'message' && telling.follows ? `, after one that is ${telling.follows.reason}` : '';
  return telling.as === 'suppressed' ? telling.code : telling.as + follows;
}

const NOWHERE = { channel: null, ts: null };

describe('what a workflow says of an issue', () => {
  test.each<[string, Case, string]>([
    ['that its destination was told nothing of', { command: { change: 'new' } }, 'message'],
    ['that changed, of which nothing was told', { command: { change: 'updated' } }, 'message'],
    ['that is told there already', { command: { change: 'new' }, told: {} }, 'already_told'],
    ['that is told there already, as an existing one', { told: {} }, 'already_told'],
    ['that is told there already, with another comment', { command: { change: 'new', comment: 'for you' }, told: { comment: 'for all' } }, 'message'],
    ['that is told there already, with the same comment', { command: { change: 'new', comment: 'for all' }, told: { comment: 'for all' } }, 'already_told'],
    ['that a digest told', { command: { change: 'new' }, told: { inDigest: true } }, 'already_told'],
    ['that changed since it was told', { command: { change: 'updated' }, told: {} }, 'reply'],
    ['that is back', { command: { change: 'reopened' }, told: {} }, 'reply'],
    ['that is resolved', { command: { change: 'resolved' }, told: {} }, 'reply'],
    ['that changed, of which the thread tells already', { command: { change: 'updated' }, told: { repliedRevision: 3 } }, 'already_told'],
    ['that changed, of which the thread tells already, though it looks different since', { command: { change: 'updated', tells: 2 }, told: { repliedRevision: 2 } }, 'already_told'],
    ['that changed, of which the thread tells already, with a comment', { command: { change: 'updated', comment: 'look' }, told: { repliedRevision: 3 } }, 'reply'],
    ['that changed, of which the thread tells already, with the comment that the first message has', { command: { change: 'updated', comment: 'look' }, told: { repliedRevision: 3, comment: 'look' } }, 'already_told'],
    ['that changed, of which the thread tells already, with a mention', { command: { change: 'updated', options: { mention: { owner: true } } }, told: { repliedRevision: 9 } }, 'reply'],
    ['that changed, of which the thread tells already, to be seen in the channel', { command: { change: 'updated', options: { broadcast: true } }, told: { repliedRevision: 9 } }, 'reply'],
    ['that changed, without threads: the message shows it', { command: { change: 'updated', options: { thread: false } }, told: {} }, 'already_told'],
    ['that is told there by a message that could not be brought up to date', { command: { change: 'new' }, told: { outdated: true } }, 'message, after one that is replaced'],
    ['that changed since a message told it that could not be brought up to date', { command: { change: 'updated' }, told: { outdated: true } }, 'reply'],
    ['that changed, of which the thread of such a message tells already', { command: { change: 'updated' }, told: { outdated: true, repliedRevision: 3 } }, 'already_told'],
    ['that changed, without threads, when the message could not be brought up to date', { command: { change: 'updated', options: { thread: false } }, told: { outdated: true } }, 'message, after one that is replaced'],
    ['that changed there and back, though it has a comment', { command: { change: 'updated', changes: [], comment: 'look' }, told: {} }, 'changed_back'],
    ['that changed there and back, of which nothing was told', { command: { change: 'updated', changes: [] } }, 'message'],
    ['that is back after it was resolved meanwhile', { command: { change: 'reopened', changes: [] }, told: {} }, 'reply'],
    ['that changed since a digest told it', { command: { change: 'updated' }, told: { inDigest: true } }, 'message'],
    ['that changed since a message told it that is not kept up to date', { command: { change: 'updated' }, told: { living: false } }, 'message'],
    ['that changed since a message that may not have arrived', { command: { change: 'updated' }, told: { ...NOWHERE, unconfirmed: true } }, 'message, after one that is unconfirmed'],
    ['that changed, while its message is made anew', { command: { change: 'updated' }, told: NOWHERE }, 'later'],
    ['when it is itself the message that is awaited', { command: { change: 'updated' }, told: { ...NOWHERE, deliveryId: 'own' } }, 'message'],
    ['that was resolved meanwhile', { command: { change: 'new' }, newest: resolved }, 'resolved_before_sent'],
    ['that was resolved meanwhile, when it may be there already', { command: { change: 'new' }, newest: resolved, isAmbiguous: true }, 'message'],
    ['that is resolved, of which nothing was told for that reason', { command: { change: 'resolved' }, told: { ...NOWHERE, collapsed: true } }, 'resolved_before_sent'],
    ['that is resolved, when its workflow tells nothing else', { command: { change: 'resolved', issues: [resolved] } }, 'message'],
    ['that was excluded meanwhile', { command: { change: 'new' }, newest: excluded }, 'excluded_before_sent'],
    ['that was excluded while it waited', { command: { change: 'new', issues: [excluded], was: { status: 'open', change: 'new' } } }, 'excluded_before_sent'],
    ['that was excluded while it waited, and is not any more', { command: { change: 'new', was: { status: 'open', change: 'new' } } }, 'message'],
    ['that was excluded meanwhile, when it may be there already', { command: { change: 'new' }, newest: excluded, isAmbiguous: true }, 'message'],
    ['that was excluded meanwhile, of which something is told there', { command: { change: 'updated' }, newest: excluded, told: {} }, 'reply'],
    ['that was excluded meanwhile, while its message is made anew', { command: { change: 'updated' }, newest: excluded, told: NOWHERE }, 'later'],
    ['that was excluded meanwhile, when a message may not have arrived', { command: { change: 'updated' }, newest: excluded, told: { ...NOWHERE, unconfirmed: true } }, 'message, after one that is unconfirmed'],
    ['that is excluded, of which nothing was told for that reason', { command: { change: 'updated', issues: [excluded] }, told: { ...NOWHERE, collapsed: true } }, 'excluded_before_sent'],
    ['that is excluded, when its workflow tells nothing else', { command: { change: 'updated', issues: [excluded] } }, 'message'],
    ['that is excluded no more after nothing was told of it', { command: { change: 'updated' }, told: { ...NOWHERE, collapsed: true } }, 'message'],
    ['that is back after nothing was told of it', { command: { change: 'reopened' }, told: { ...NOWHERE, collapsed: true } }, 'message'],
    ['again, because a person asked', { command: { change: 'new' }, told: {}, isReplay: true }, 'message'],
    ['again in its thread, because a person asked', { command: { change: 'updated' }, told: { repliedRevision: 9 }, parent: THERE, isReplay: true }, 'reply'],
  ])('%s: %s', (_, given, as) => {
    expect(decide(given)).toBe(as);
  });
});

describe('what a person sends', () => {
  const source = { kind: 'manual', user: 'ada' } as const;

  test.each<[string, Case]>([
    ['of an issue that is told there already', { told: {} }],
    ['of an issue that is resolved', { newest: resolved }],
    ['of an issue that is excluded', { newest: excluded }],
    ['of an issue that was resolved before it was told', { told: { ...NOWHERE, collapsed: true } }],
  ])('%s is a message', (_, given) => {
    expect(decide({ ...given, command: { source } })).toBe('message');
  });

  test('shows the issue as it is', () => {
    expect(decideTelling({ deliveryId: 'own', isReplay: false, isAmbiguous: false, parent: undefined, told: undefined, link: undefined, newest: resolved, command: aSendToSlack({ issues: [issue], source }) })).toEqual({ as: 'message', issue: resolved });
  });
});

describe('an answer of our own', () => {
  const command: Partial<KeptCommand> = { reply: { since: 1, covers: [2, 3] }, change: 'updated' };

  test.each<[string, Case, string]>([
    ['goes into the thread', { told: {} }, 'reply'],
    ['goes into the thread of a message by hand as well', { told: {}, command: { source: { kind: 'manual', user: 'ada' } } }, 'reply'],
    ['is not needed when the thread tells it already', { told: { repliedRevision: 3 } }, 'already_told'],
    ['tells what the thread does not tell yet', { told: { repliedRevision: 2 } }, 'reply'],
    ['has nothing to tell of a change there and back', { told: {}, command: { changes: [] } }, 'changed_back'],
    ['tells also that, when a person asks for it again', { told: {}, command: { changes: [] }, isReplay: true }, 'reply'],
    ['waits while the message is made anew', { told: NOWHERE }, 'later'],
    ['ends with the message', {}, 'retracted'],
    ['goes where it went, when a person asks for it again', { isReplay: true }, 'reply'],
  ])('%s', (_, given, as) => {
    expect(decide({ ...given, parent: THERE, command: { ...command, ...given.command } })).toBe(as);
  });

  test('elsewhere is a message, when a person asks for it there', () => {
    expect(decide({ command, isReplay: true })).toBe('message');
  });

  test('that sums up what was taken back has nothing to tell', () => {
    const summary: Partial<KeptCommand> = { issues: [], summary: { scan: '' }, digest: { kind: 'changes', title: 't', totals: {}, sections: [] } };
    expect(decide({ parent: THERE, command: summary })).toBe('changed_back');
    expect(decide({ parent: THERE, command: summary, isReplay: true })).toBe('reply');
  });

  test('to several issues goes where it was made for', () => {
    expect(decide({ parent: THERE, command: { issues: [], digest: { kind: 'changes', title: 't', totals: {}, sections: [] } } })).toBe('reply');
  });
});
