import { expect, test } from '@jest/globals';

import { csvCell } from './issue-export.js';

test.each([
  ['plain', 'plain'], [undefined, ''], [-7.5, '-7.5'], ['a,b', '"a,b"'], ['say "so"', '"say ""so"""'], ['two\nlines', '"two\nlines"'],
  ['=1+1', `'=1+1`], ['+1', `'+1`], ['-1', `'-1`], ['@SUM(A1)', `'@SUM(A1)`], ['\t=1', `'\t=1`], ['=1,2', `"'=1,2"`],
])('the value %j is the cell %j', (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});
