import { expect, test } from '@jest/globals';
import type { Request, Response } from 'express';

import type { Problem } from '@tocsin/contracts';

import { badRequest } from './problem.exception.js';
import { sendProblem } from './problem.filter.js';

const TOKEN = 'xoxb-123456789012-abcdef';

/** The problem as it goes over the wire. */
function sent(path: string, ...problem: Parameters<typeof badRequest>): Problem {
  let body = '';
  const response: Record<string, unknown> = { headersSent: false, send: (text: string) => { body = text; } };
  for (const method of ['status', 'set', 'type']) response[method] = () => response;
  sendProblem({ originalUrl: path, headers: {}, get: () => undefined } as unknown as Request, response as unknown as Response, badRequest(...problem));
  return JSON.parse(body) as Problem;
}

test('a token that stands in a wrong place of a request does not come back with what is wrong', () => {
  const problem = sent(`/v1/connections/${TOKEN}?q=1`, `Unexpected "${TOKEN}" in the body.`, [{ pointer: `/${TOKEN}`, code: 'unknown_field', message: `there is no field ${TOKEN}` }]);
  expect(JSON.stringify(problem)).not.toContain(TOKEN);
  expect(problem).toMatchObject({ detail: 'Unexpected "xoxb-…redacted" in the body.', instance: '/v1/connections/xoxb-…redacted', errors: [{ pointer: '/xoxb-…redacted' }] });
});

test('what a person is told to do names a token of the sandbox in full', () => {
  expect(sent('/v1/connections', 'No.', [], 'use xoxb-sandbox-acme').hint).toBe('use xoxb-sandbox-acme');
});
