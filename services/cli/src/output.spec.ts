import { expect, test } from '@jest/globals';

import { Output, table } from './output.js';
import { describeProblem } from './tocsin.client.js';

function printed(isJson: boolean, use: (output: Output) => void): string {
  let text = '';
  use(new Output((more) => { text += more; }, isJson));
  return text;
}

test('people see lines, programs the answer as it is', () => {
  const use = (output: Output): void => {
    output.note('working');
    output.answer({ a: 1 }, () => ['one', 'two']);
  };
  expect(printed(false, use)).toBe('working\none\ntwo\n');
  expect(JSON.parse(printed(true, use))).toEqual({ a: 1 });
});

test('a text from outside cannot steer the terminal', () => {
  expect(printed(false, (output) => { output.answer({}, () => ['a\u001b[2Jb\u202Ec\r']); })).toBe('a[2Jbc\n');
});

test('columns are as wide as their widest cell', () => {
  expect(table(['ID', 'NAME'], [['1', 'one'], ['1000', 'x']])).toEqual(['ID    NAME', '1     one', '1000  x']);
});

test('a problem is one message: what, where, and what to do', () => {
  expect(describeProblem({ title: 'Not valid', detail: 'Two places.', errors: [{ pointer: '/comment', code: 'x', message: 'is too long' }, { header: 'If-Match', code: 'x', message: 'is missing' }], slack: { error: 'missing_scope', needed: 'chat:write' }, hint: 'Reinstall the app.' }))
    .toBe('Not valid: Two places.\n  /comment: is too long\n  If-Match: is missing\n  Slack says: missing_scope (needs chat:write)\nReinstall the app.');
});
