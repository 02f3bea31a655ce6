import { describe, expect, test } from '@jest/globals';

import type { DeliveryError } from '@tocsin/domain';

import type { Outcome } from '../deliveries/delivery-result.js';
import { isTakenApart, memberStory, splitUp } from './digest-outcome.js';

const FAILED: Outcome = { state: 'failed', charge: 1, ambiguous: 0, laneWaitMs: 0, rateLimited: false, asked: true, story: { kind: 'failed', text: 'Refused', slack: { error: 'invalid_blocks' } } };
const errorOf = (code: string): DeliveryError => ({ code, message: `because of ${code}`, remedy: '' });

describe('a digest that Slack refuses for what it holds', () => {
  test('is suppressed as split, and its timeline keeps what Slack said', () => {
    expect(splitUp(FAILED, { family: 'refused', kind: 'content', code: 'invalid_blocks', message: 'Refused', remedy: '' })).toMatchObject({
      state: 'suppressed', asked: true, charge: 1, error: { code: 'split' }, story: { kind: 'split', text: expect.stringContaining('invalid_blocks'), slack: { error: 'invalid_blocks' } },
    });
  });
});

describe('the members of a digest', () => {
  test.each([
    ['suppressed', 'split', true],
    ['suppressed', 'leak_guard', true],
    ['suppressed', 'cancelled', false],
    ['suppressed', 'retracted', false],
    ['suppressed', 'disconnected', false],
    ['failed', 'invalid_blocks', false],
    ['dead', 'expired', false],
  ] as const)('when it ended as %s (%s) are told anew: %s', (state, code, anew) => {
    expect(isTakenApart({ state, error: errorOf(code) })).toBe(anew);
  });

  test('tell in which digest they were told, and where that is', () => {
    expect(memberStory({ digestId: 'd1', state: 'posted', error: null, channel: 'C1', ts: '1.2' })).toEqual({ kind: 'posted', text: 'Told in the digest d1', slack: { channel: 'C1', ts: '1.2' } });
  });

  test('tell why they were not', () => {
    expect(memberStory({ digestId: 'd1', state: 'dead', error: errorOf('expired'), channel: null, ts: null })).toEqual({ kind: 'dead', text: 'Its digest d1 ended as dead: because of expired' });
  });
});
