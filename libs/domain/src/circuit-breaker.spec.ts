import { describe, expect, test } from '@jest/globals';

import { afterResults as after, CLOSED_BREAKER, isSpotless, isUnanswered, type Breaker, type BreakerResult, type BreakerStep } from './circuit-breaker.js';
import { defect, failureOfCode, failureOfStatus, noAnswer, notSent, tooFast, unreadableAnswer } from './slack-failure.js';

const bad = (connection = 'one'): BreakerResult => ({ failed: true, connection });
const probe = (): BreakerResult => ({ failed: true, connection: 'one', isProbe: true });
const good = (connection = 'one'): BreakerResult => ({ failed: false, connection });
const edited = (result: BreakerResult): BreakerResult => ({ ...result, isEdit: true });
const afterResults = (breaker: Breaker, results: readonly BreakerResult[]): BreakerStep => after(breaker, results, false);
const times = (count: number, result: BreakerResult): BreakerResult[] => Array.from({ length: count }, () => result);

describe('a circuit breaker', () => {
  test('opens after ten failures in a row, not after nine', () => {
    expect(afterResults(CLOSED_BREAKER, times(9, bad())).next.isOpen).toBe(false);
    expect(afterResults(CLOSED_BREAKER, times(10, bad()))).toMatchObject({ next: { isOpen: true }, probeAfterMs: 5000 });
  });

  test('of Slack as a whole opens after ten in a row only when they are of more than one connection', () => {
    expect(after(CLOSED_BREAKER, times(40, bad()), true).next.isOpen).toBe(false);
    expect(after(CLOSED_BREAKER, [...times(9, bad()), bad('two')], true)).toMatchObject({ next: { isOpen: true }, probeAfterMs: 5000 });
    expect(after(CLOSED_BREAKER, [bad('two'), good('two'), ...times(9, bad())], true).next.isOpen).toBe(false);
  });

  test('stays closed when a good answer comes between', () => {
    expect(afterResults(CLOSED_BREAKER, [...times(9, bad()), good(), ...times(9, bad())]).next.isOpen).toBe(false);
  });

  test('opens when seven in ten of the last twenty fail at three connections or more', () => {
    const mixed = (...connections: string[]): BreakerResult[] => Array.from({ length: 20 }, (_, index) => (index % 10 < 3 ? good() : bad(connections[index % connections.length])));
    expect(afterResults(CLOSED_BREAKER, mixed('a', 'b', 'c')).next.isOpen).toBe(true);
    expect(afterResults(CLOSED_BREAKER, mixed('a', 'b')).next.isOpen).toBe(false);
    expect(afterResults(CLOSED_BREAKER, mixed('a', 'b', 'c').slice(0, 19)).next.isOpen).toBe(false);
  });

  test('probes every 5, 10, 20, 40 and then 60 seconds while Slack stays away', () => {
    let breaker = afterResults(CLOSED_BREAKER, times(10, bad()));
    const waits = [breaker.probeAfterMs];
    for (let failed = 0; failed < 6; failed += 1) {
      breaker = afterResults(breaker.next, [probe()]);
      waits.push(breaker.probeAfterMs);
    }
    expect(waits).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  test('is not opened for longer by what was under way when it opened', () => {
    const opened = afterResults(CLOSED_BREAKER, times(32, bad()));
    expect(opened).toMatchObject({ next: { isOpen: true, probes: 0 }, probeAfterMs: 5000 });
    expect(afterResults(opened.next, times(5, bad()))).toEqual({ next: opened.next });
  });

  test('closes with the first answer and has forgotten the outage', () => {
    const open = afterResults(CLOSED_BREAKER, times(12, bad())).next;
    expect(afterResults(open, [good()]).next).toEqual(CLOSED_BREAKER);
  });

  test('is spotless again when its failures are out of the window', () => {
    const touched = afterResults(CLOSED_BREAKER, [bad()]).next;
    expect(isSpotless(touched)).toBe(false);
    expect(isSpotless(afterResults(touched, times(20, good())).next)).toBe(true);
  });
});

describe('edits', () => {
  test('that fail open a breaker as posts do; a message that comes finds out at once, the next edit in five seconds', () => {
    expect(afterResults(CLOSED_BREAKER, times(9, edited(bad()))).next.isOpen).toBe(false);
    expect(afterResults(CLOSED_BREAKER, times(10, edited(bad())))).toMatchObject({ next: { isOpen: true }, probeAfterMs: 0, editProbeAfterMs: 5000 });
    expect(afterResults(CLOSED_BREAKER, [good(), ...times(10, edited(bad()))])).toMatchObject({ next: { isOpen: true }, probeAfterMs: 0 });
  });

  test('and posts that fail count together, and both wait', () => {
    expect(afterResults(CLOSED_BREAKER, [...times(5, edited(bad())), bad(), ...times(4, edited(bad()))])).toMatchObject({ next: { isOpen: true }, probeAfterMs: 5000, editProbeAfterMs: 5000 });
  });

  test('that fail as probes wait longer and longer, and no message waits for them', () => {
    let breaker = afterResults(CLOSED_BREAKER, times(10, edited(bad())));
    const steps = [];
    for (let failed = 0; failed < 5; failed += 1) {
      breaker = afterResults(breaker.next, [edited(probe())]);
      steps.push([breaker.editProbeAfterMs, breaker.probeAfterMs]);
    }
    expect(steps).toEqual([10_000, 20_000, 40_000, 60_000, 60_000].map((ms) => [ms, undefined]));
  });

  test('wait as long as messages do when it was one of these that found nobody', () => {
    const open = afterResults(CLOSED_BREAKER, times(10, bad())).next;
    expect(afterResults(open, [probe()])).toMatchObject({ probeAfterMs: 10_000, editProbeAfterMs: 10_000 });
  });

  test('that were under way when a breaker opened say nothing of it; one that finds out closes it', () => {
    const open = afterResults(CLOSED_BREAKER, times(10, bad())).next;
    expect(afterResults(open, [edited(bad()), edited(good())])).toEqual({ next: open });
    expect(afterResults(open, [edited({ ...good(), isProbe: true })]).next).toEqual(CLOSED_BREAKER);
  });

  test('that Slack takes end a row of edits', () => {
    expect(afterResults(CLOSED_BREAKER, [...times(9, edited(bad())), edited(good()), ...times(9, edited(bad()))]).next.isOpen).toBe(false);
    expect(afterResults(CLOSED_BREAKER, [...times(9, edited(bad())), good(), ...times(9, edited(bad()))]).next.isOpen).toBe(false);
  });

  test('that Slack takes do not speak for messages that it does not', () => {
    const both = Array.from({ length: 10 }, () => [bad(), edited(good())]).flat();
    expect(afterResults(CLOSED_BREAKER, both.slice(0, 18)).next.isOpen).toBe(false);
    expect(afterResults(CLOSED_BREAKER, both)).toMatchObject({ next: { isOpen: true }, probeAfterMs: 5000 });
  });

  test('that fail now and then open nothing because a message once did', () => {
    const now = Array.from({ length: 30 }, () => [edited(bad()), edited(good())]).flat();
    expect(afterResults(CLOSED_BREAKER, [bad(), ...now]).next).toMatchObject({ isOpen: false, failuresInARow: 1 });
  });
});

test.each([
  ['that it was not reached', notSent('refused'), true],
  ['that its answer was lost', noAnswer('timeout'), true],
  ['that a proxy answered', unreadableAnswer(), true],
  ['an HTTP 503', failureOfStatus(503), true],
  ['a fault of its own', failureOfCode('internal_error'), true],
  ['that the message is gone', failureOfCode('message_not_found'), false],
  ['that the message is too old', failureOfCode('edit_window_closed'), false],
  ['that the token is dead', failureOfCode('token_revoked'), false],
  ['too fast', tooFast(3), false],
  ['a defect of ours', defect(new Error('x')), false],
])('of what is heard of Slack, %s', (_, failure, against) => {
  expect(isUnanswered(failure)).toBe(against);
});
