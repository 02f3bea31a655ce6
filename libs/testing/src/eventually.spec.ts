import { describe, expect, test } from '@jest/globals';

import { eventually } from './eventually.js';

describe('a fact that is waited for', () => {
  test('is asked again until it holds, and its value is given back', async () => {
    let asked = 0;
    await expect(eventually(() => (asked++ < 3 ? undefined : 'posted'))).resolves.toBe('posted');
  });

  test('may throw until it holds', async () => {
    let asked = 0;
    await expect(eventually(() => {
      if (asked++ < 2) throw new Error('not yet');
      return true;
    })).resolves.toBe(true);
  });

  test.each([undefined, null, false])('does not hold while it is %s', async (value) => {
    await expect(eventually(() => value, { timeout: 30 })).rejects.toThrow('did not hold within 30 ms');
  });

  test('fails with what it threw last', async () => {
    await expect(eventually(() => { throw new Error('the delivery is waiting'); }, { timeout: 30 })).rejects.toThrow('the delivery is waiting');
  });
});
