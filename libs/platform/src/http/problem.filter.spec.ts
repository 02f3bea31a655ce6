import { expect, test } from '@jest/globals';
import type { Request, Response } from 'express';

import type { Problem } from '@tocsin/contracts';

import { badRequest, ProblemException } from './problem.exception.js';
import { sendProblem } from './problem.filter.js';

const TOKEN = 'xoxb-123456789012-abcdef';

/** A 400 as it goes over the wire. */
function sent(path: string, ...problem: Parameters<typeof badRequest>): Problem {
  return asSent(path, badRequest(...problem));
}

function asSent(path: string, problem: ProblemException): Problem {
  let body = '';
  const response: Record<string, unknown> = { headersSent: false, send: (text: string) => { body = text; } };
  for (const method of ['status', 'set', 'type']) response[method] = () => response;
  sendProblem({ originalUrl: path, headers: {}, get: () => undefined } as unknown as Request, response as unknown as Response, problem);
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

test('nor with what is told beside', () => {
  const receipt = { accepted: 0, duplicates: 0, refused: [{ index: 0, message: `there is no field ${TOKEN}` }] };
  const problem = asSent('/v1/events', new ProblemException(400, { title: 'No', detail: 'No.', receipt, pointer: `/${TOKEN}` }));
  expect(problem).toMatchObject({ pointer: '/xoxb-…redacted', receipt: { refused: [{ message: 'there is no field xoxb-…redacted' }] } });
});

test('a member that is not declared for all problems does not compile; one that is declared is sent as it is', () => {
  // @ts-expect-error `colour` is declared nowhere, so OpenAPI would not tell of it
  const undeclared = new ProblemException(409, { title: 'No', detail: 'No.', colour: 'red' });
  expect(undeclared.status).toBe(409);
  const members = { revision: 7, line: 1, column: 2, slack: { error: 'ratelimited' }, checks: [{ id: 'token.kind', status: 'failed' as const, message: 'No.', remedy: 'use xoxb-sandbox-acme' }] };
  expect(asSent('/v1/issues/1', new ProblemException(412, { title: 'No', detail: 'No.', code: 'differs', ...members }))).toEqual({
    type: 'urn:tocsin:problem:differs', title: 'No', status: 412, detail: 'No.', instance: '/v1/issues/1', requestId: 'unknown', ...members,
  });
});
