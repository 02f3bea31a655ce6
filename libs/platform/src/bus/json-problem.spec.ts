import { describe, expect, test } from '@jest/globals';

import { jsonProblem } from './json-problem.js';

function problemOf(text: string): string {
  try {
    JSON.parse(text);
    return 'none';
  } catch (error) {
    return jsonProblem(text, error);
  }
}

describe('a text that is not JSON', () => {
  test.each([
    ['', 'is empty, which is not JSON'],
    ['{"a": 1', 'is not JSON: it ends in the middle'],
    ['{"a":tru', 'is not JSON: it ends in the middle'],
    ['hello', 'position 0 on (line 1, column 1)'],
    ['{"a": hello, "b": 2}', 'position 6 on (line 1, column 7)'],
    ['[1,\n 2,,3]', 'position 7 on (line 2, column 4)'],
    ['{a:1}', 'position 1 on (line 1, column 2)'],
    ['[1] hello', 'position 4 on (line 1, column 5)'],
  ])('%j is told by its place', (text, sentence) => {
    expect(problemOf(text)).toContain(sentence);
  });

  test('is never quoted', () => {
    for (const text of ['secret', '{"a": secret}', '["secret" secret]', '{"secret"}', '"secret\n"']) expect(problemOf(text)).not.toContain('secret');
  });
});
