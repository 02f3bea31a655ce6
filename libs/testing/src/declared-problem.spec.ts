import 'reflect-metadata';
import { expect, test } from '@jest/globals';

import { assertDeclaredProblem } from './declared-problem.js';

const PROBLEM = { type: 'about:blank', title: 'No', status: 400, detail: 'No.', instance: '/', requestId: 'r-1' };
const headers = new Headers({ 'content-type': 'application/problem+json; charset=utf-8' });

test.each<[string, object, string]>([
  ['with nothing but what every problem has', {}, ''],
  ['with the places that are wrong', { errors: [{ pointer: '/a', code: 'isString', message: 'must be a string' }] }, ''],
  ['with a member that is not declared', { colour: 'red' }, '/colour'],
  ['with one that is not declared further in', { errors: [{ code: 'x', message: 'y' }, { code: 'x', message: 'y', line: 1 }] }, '/errors/1/line'],
])('a problem %s', (_, more, undeclared) => {
  const check = (): void => { assertDeclaredProblem({ headers, body: { ...PROBLEM, ...more } }); };
  if (undeclared === '') expect(check).not.toThrow();
  else expect(check).toThrow(`OpenAPI does not declare: ${undeclared}.`);
});

test('an answer that is no problem is not looked at', () => {
  expect(() => { assertDeclaredProblem({ headers: new Headers({ 'content-type': 'application/json' }), body: { colour: 'red' } }); }).not.toThrow();
});
