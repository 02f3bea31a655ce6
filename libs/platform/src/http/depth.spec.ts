import { describe, expect, test } from '@jest/globals';

import { checkData } from '../bus/check-data.js';
import { DEPTH_MAX, tooDeep } from './depth.js';

class Anything {
  tags?: unknown;
}

function nested(levels: number, innermost: unknown = 1): unknown {
  let value = innermost;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

describe('how deeply a value is nested', () => {
  test.each([
    ['a text', 'x', false],
    ['nothing', null, false],
    ['a wide value', Array.from({ length: 100_000 }, () => ({})), false],
    ['as deep as allowed', nested(DEPTH_MAX), false],
    ['one level deeper', nested(DEPTH_MAX + 1, {}), true],
    ['so deep that no stack holds it', nested(100_000), true],
  ])('%s: refused %s', (_what, value, refused) => {
    expect(tooDeep(value) !== undefined).toBe(refused);
  });

  test('is looked at before the data of an event is', async () => {
    await expect(checkData(Anything, { tags: nested(100_000) })).resolves.toMatchObject({ ok: false, places: [{ pointer: '/data', code: 'too_deep' }] });
  });
});
