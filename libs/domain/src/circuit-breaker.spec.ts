import { describe, expect, test } from '@jest/globals';

import { afterResults, CLOSED_BREAKER, isSpotless, type BreakerResult } from './circuit-breaker.js';

const bad = (connection = 'one'): BreakerResult => ({ failed: true, connection });
const probe = (): BreakerResult => ({ failed: true, connection: 'one', isProbe: true });
const good = (connection = 'one'): BreakerResult => ({ failed: false, connection });
const times = (count: number, result: BreakerResult): BreakerResult[] => Array.from({ length: count }, () => result);

describe('a circuit breaker', () => {
  test('opens after ten failures in a row, not after nine', () => {
    expect(afterResults(CLOSED_BREAKER, times(9, bad())).next.isOpen).toBe(false);
    expect(afterResults(CLOSED_BREAKER, times(10, bad()))).toMatchObject({ next: { isOpen: true }, probeAfterMs: 5000 });
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
