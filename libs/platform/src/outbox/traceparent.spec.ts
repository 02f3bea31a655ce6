import { describe, expect, test } from '@jest/globals';

import { traceparentAfter, traceparentIn } from './traceparent.js';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const VALID = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/;

describe('the trace context of a message', () => {
  test('goes on with the trace of what led to it', () => {
    const next = traceparentAfter(PARENT);
    expect(next).toMatch(VALID);
    expect(next).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/);
    expect(traceparentAfter(`cc-${PARENT.slice(3)}-what-comes-later`)).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  test.each([undefined, 7, '', 'x', PARENT.toUpperCase(), `${PARENT}0`, `ff${PARENT.slice(2)}`, PARENT.replace(/4bf9\w+/, '0'.repeat(32)), PARENT.replace('00f067aa0ba902b7', '0'.repeat(16))])('begins a trace of its own after %j', (parent) => {
    const [one, two] = [traceparentAfter(parent), traceparentAfter(parent)];
    expect([one, two]).toEqual([expect.stringMatching(VALID), expect.stringMatching(VALID)]);
    expect(one.split('-')[1]).not.toBe(two.split('-')[1]);
  });

  test('is read where the outbox writes it, and not out of what somebody wrote into a message', () => {
    expect(traceparentIn(`{"organizationid":"acme","traceparent":"${PARENT}","data":{}}`)).toBe(PARENT);
    expect(traceparentIn(JSON.stringify({ subject: `"traceparent":"${PARENT}","data":`, data: { comment: `"traceparent":"${PARENT}","data":` } }))).toBeUndefined();
  });
});
