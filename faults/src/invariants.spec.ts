import { describe, expect, test } from '@jest/globals';

import { violations, type Allowances, type InvariantId } from './invariants.js';
import type { Accepted, DeliveryFact, Facts, LaneFact, PostFact } from './ledgers.js';

function accepted(id: string): Accepted {
  return { id, organizationId: 'acme', connectionId: 'c', channel: 'C1' };
}

function delivery(id: string, place: number, overrides: Partial<DeliveryFact> = {}): DeliveryFact {
  return {
    id, organizationId: 'acme', state: 'posted', kind: 'message', source: 'workflow', laneId: '1', channel: 'C1', priority: 5, saidAt: place, arrival: place,
    recordedAt: place, claimedAt: 10_000 + place, ambiguous: 0, slackTs: `${place}.000`, ...overrides,
  };
}

function post(id: string, place: number, overrides: Partial<PostFact> = {}): PostFact {
  return { id, channel: 'C1', ts: `${place}.000`, marked: false, ...overrides };
}

function lane(overrides: Partial<LaneFact> = {}): LaneFact {
  return { laneId: '1', active: false, provisional: false, leased: false, ...overrides };
}

/** Two messages that were accepted, delivered in order, and are all that is there. */
function sound(change: Partial<Facts> = {}): Facts {
  return {
    accepted: [accepted('a'), accepted('b')], commands: [{ id: 'a', state: 'posted' }], deliveries: [delivery('a', 1), delivery('b', 2)],
    posts: [post('a', 1), post('b', 2)], lanes: [lane()], counted: 2, underway: { 'issues.outbox': 0 }, deadLetters: {}, ...change,
  };
}

function broken(facts: Facts, allowances?: Allowances): InvariantId[] {
  return violations(facts, allowances).map(({ invariant }) => invariant);
}

describe('the invariants', () => {
  test('find nothing where nothing is wrong', () => {
    expect(violations(sound())).toEqual([]);
  });

  test.each<[string, Partial<Facts>, InvariantId]>([
    ['an accepted message that notifier never got', { accepted: [accepted('a'), accepted('b'), accepted('lost')] }, 'I1'],
    ['an accepted message that only another organization has', { accepted: [accepted('a'), { ...accepted('b'), organizationId: 'rival' }] }, 'I1'],
    ['a state that nobody knows', { deliveries: [delivery('a', 1), delivery('b', 2, { state: 'odd' })] }, 'I1'],
    ['a count that is not the number of rows', { counted: 3 }, 'I1'],
    ['a posted message that is not in Slack', { deliveries: [delivery('a', 1), delivery('b', 2), delivery('c', 3, { slackTs: '2.000' })], accepted: [accepted('a'), accepted('b'), accepted('c')], counted: 3 }, 'I2'],
    ['a posted message that points nowhere', { deliveries: [delivery('a', 1), delivery('b', 2, { slackTs: '9.999' })] }, 'I2'],
    ['a message in Slack that nobody asked for', { posts: [post('a', 1), post('b', 2), post('alien', 3)] }, 'I3'],
    ['a message in Slack that names no delivery', { posts: [post('a', 1), post('b', 2), { channel: 'C1', ts: '3.000', marked: false }] }, 'I3'],
    ['a repetition without a lost answer', { posts: [post('a', 1), post('b', 2), post('b', 3, { marked: true })] }, 'I4'],
    ['more repetitions than lost answers', { deliveries: [delivery('a', 1), delivery('b', 2, { ambiguous: 1 })], posts: [post('a', 1), post('b', 2), post('b', 3, { marked: true }), post('b', 4, { marked: true })] }, 'I4'],
    ['a repetition that does not say so', { deliveries: [delivery('a', 1), delivery('b', 2, { ambiguous: 1 })], posts: [post('a', 1), post('b', 2), post('b', 3)] }, 'I4'],
    ['a repetition of what should have been held', { deliveries: [delivery('a', 1), delivery('b', 2, { ambiguous: 1, source: 'manual' })], posts: [post('a', 1), post('b', 2), post('b', 3, { marked: true })] }, 'I4'],
    ['a message that overtook another', { posts: [post('a', 2), post('b', 1)] }, 'I5'],
    ['a message that is still being posted', { deliveries: [delivery('a', 1), delivery('b', 2, { state: 'posting' })] }, 'I6'],
    ['a message that still waits', { deliveries: [delivery('a', 1), delivery('b', 2, { state: 'waiting' })], lanes: [lane({ active: true })] }, 'I6'],
    ['a lane that is still leased', { lanes: [lane({ leased: true })] }, 'I6'],
    ['an active lane without a message', { lanes: [lane({ active: true })] }, 'I6'],
    ['an outbox that is not empty', { underway: { 'notifier.outbox': 2 } }, 'I6'],
    ['a dead letter', { deadLetters: { 'notifier.slack.send.v1': 1 } }, 'I6'],
    ['a command of which issues knows something else', { commands: [{ id: 'a', state: 'accepted' }] }, 'I6'],
  ])('find %s', (_, change, invariant) => {
    expect(broken(sound(change))).toContain(invariant);
  });

  test('find a lane that sleeps over a message', () => {
    const asleep = sound({ deliveries: [delivery('a', 1), delivery('b', 2, { state: 'waiting' })] });
    expect(violations(asleep).map(({ text }) => text)).toContain('lanes that sleep over a message');
  });
});

describe('the invariants allow', () => {
  test('a marked repetition where an answer was lost', () => {
    expect(broken(sound({ deliveries: [delivery('a', 1), delivery('b', 2, { ambiguous: 1 })], posts: [post('a', 1), post('b', 2), post('b', 3, { marked: true })] }))).toEqual([]);
  });

  test('a message that was overtaken before it stood in line, or whose answer was lost, or of another priority', () => {
    const swapped = [post('a', 2), post('b', 1)];
    expect(broken(sound({ posts: swapped, deliveries: [delivery('a', 1, { recordedAt: 20_000 }), delivery('b', 2)] }))).toEqual([]);
    expect(broken(sound({ posts: swapped, deliveries: [delivery('a', 1, { ambiguous: 1 }), delivery('b', 2)] }))).toEqual([]);
    expect(broken(sound({ posts: swapped, deliveries: [delivery('a', 1), delivery('b', 2, { priority: 0 })] }))).toEqual([]);
  });

  test('a digest in place of its members, and other messages that notifier makes itself', () => {
    const folded = sound({
      deliveries: [delivery('a', 1, { digestId: 'd', slackTs: '3.000' }), delivery('b', 2, { digestId: 'd', slackTs: '3.000' }), delivery('d', 3, { kind: 'digest' })],
      posts: [post('d', 3)], counted: 3,
    });
    expect(broken(folded)).toEqual([]);
  });
});
