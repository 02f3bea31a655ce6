import { createHash } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { fingerprintOf } from './fingerprint.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const parts = { tool: 'Semgrep', rule: 'sql', path: 'a.ts', content: 'query(x)', ordinal: 0 };

describe('the fingerprint of an issue', () => {
  test('stays when the code is only laid out in another way', () => {
    expect(fingerprintOf({ ...parts, content: '  query(x)\n' }, sha256)).toBe(fingerprintOf(parts, sha256));
    expect(fingerprintOf({ ...parts, content: 'a  b\n\tc' }, sha256)).toBe(fingerprintOf({ ...parts, content: 'a b c' }, sha256));
  });

  test.each([{ tool: 'CodeQL' }, { rule: 'xss' }, { path: 'b.ts' }, { content: 'query(y)' }, { ordinal: 1 }])('differs with %j', (other) => {
    expect(fingerprintOf({ ...parts, ...other }, sha256)).not.toBe(fingerprintOf(parts, sha256));
  });

  test('does not confuse parts that run into each other', () => {
    expect(fingerprintOf({ ...parts, tool: 'ab', rule: 'c' }, sha256)).not.toBe(fingerprintOf({ ...parts, tool: 'a', rule: 'bc' }, sha256));
  });
});
