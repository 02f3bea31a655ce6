import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';

import type { DeadMessage } from '../bus/message-bus.js';
import { errorWithoutContent, letterOf } from './letter.js';

function aDeadMessage(overrides: Partial<DeadMessage> = {}): DeadMessage {
  return {
    queue: 'notifier.slack.send.v1', type: 'slack.send.v1', id: 'm1', contentType: 'application/cloudevents+json', headers: {}, properties: {}, reason: 'invalid_data', error: 'wrong', attempts: 1, death: 'd1',
    body: Buffer.from(JSON.stringify({ specversion: '1.0', id: 'e1', type: 'slack.send.v1', source: '/a', organizationid: 'acme', data: { title: 'x' } })),
    ...overrides,
  };
}

const body = (event: unknown): Partial<DeadMessage> => ({ body: Buffer.from(JSON.stringify(event)) });

describe('which letter a dead message is', () => {
  const first = letterOf(aDeadMessage()).id;

  test.each<[string, Partial<DeadMessage>, boolean]>([
    ['that dies again, of something else', { death: 'd2', reason: 'attempts_exhausted', error: 'other', attempts: 5 }, true],
    ['of the same id that says something else', body({ id: 'e1' }), false],
    ['of another id', { id: 'm2' }, false],
    ['that died in another queue', { queue: 'issues.slack.send.v1' }, false],
  ])('one %s', (_, overrides, isSame) => {
    expect(letterOf(aDeadMessage(overrides)).id === first).toBe(isSame);
  });

  test('without an id is known by its death', () => {
    const [one, same, other] = ['d1', 'd1', 'd2'].map((death) => letterOf(aDeadMessage({ id: undefined, death })).id);
    expect([same === one, other === one]).toEqual([true, false]);
  });

  test('is a UUID', () => {
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('whose letter it is', () => {
  test.each<[string, Partial<DeadMessage>, string | undefined]>([
    ['the organization on the envelope', {}, 'acme'],
    ['the same in binary mode', { contentType: 'application/json', body: Buffer.from('{}'), headers: { 'cloudEvents:organizationid': 'globex' } }, 'globex'],
    ['the same where headers speak of another, which a whole event has none of', { headers: { cloudevents_organizationid: 'globex', 'cloudEvents:id': 'e9' } }, 'acme'],
    ['the same behind a mark of the byte order', { body: Buffer.from('\uFEFF{"organizationid":"acme"}') }, 'acme'],
    ['nobody’s where data in base64 name another', body({ organizationid: 'acme', data_base64: Buffer.from('{"organizationId":"globex"}').toString('base64') }), undefined],
    ['nobody’s without one', body({ data: {} }), undefined],
    ['nobody’s where the data name another', body({ organizationid: 'acme', data: { organizationId: 'globex' } }), undefined],
    ['nobody’s where that is what it died of', { reason: 'wrong_organization' }, undefined],
    ['nobody’s where it cannot be read', { body: Buffer.from('{') }, undefined],
    ['nobody’s where the name cannot be kept', body({ organizationid: 'ac\0me' }), undefined],
    ['nobody’s where the name is no text', body({ organizationid: 7 }), undefined],
  ])('%s', (_, overrides, organizationId) => {
    expect(letterOf(aDeadMessage(overrides)).organizationId).toBe(organizationId);
  });
});

describe('what is shown of it', () => {
  test.each<[string, Partial<DeadMessage>, string]>([
    ['its data', {}, '{"title":"x"}'],
    ['at most 500 characters', body({ data: 'x'.repeat(9000) }), `"${'x'.repeat(499)}`],
    ['no half of a character at the end', body({ data: `${'x'.repeat(498)}🔔` }), `"${'x'.repeat(498)}`],
    ['the body where it is not JSON', { body: Buffer.from('no \0 sense') }, 'no \uFFFD sense'],
    ['the body where it has no data', body({ hello: 1 }), '{"hello":1}'],
    ['no token, also not one that the cut would halve', body({ data: `${'x'.repeat(490)} xoxb-123456789012-abcdef` }), `"${'x'.repeat(490)} xoxb-…re`],
    ['what is nested beyond any depth', { body: Buffer.from(`{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) }, `{"data":${'['.repeat(492)}`],
  ])('%s', (_, overrides, preview) => {
    expect(letterOf(aDeadMessage(overrides)).preview).toBe(preview);
  });

  test('the error without tokens, and nothing that could not be stored', () => {
    const letter = letterOf(aDeadMessage({ error: 'refused xoxb-1234-abcd\0', headers: { a: 'x\0', deep: ['\ud800'], 'b\0': { '\ud800c': 1 } }, contentType: 'text/\0' }));
    expect(letter).toMatchObject({ error: 'refused xoxb-…redacted\uFFFD', headers: { a: 'x\uFFFD', deep: ['\uFFFD'], 'b\uFFFD': { '\uFFFDc': 1 } }, contentType: 'text/\uFFFD' });
  });
});

test.each([
  ['invalid_data', '/data/title must be a string', '/data/title must be a string'],
  ['invalid_data', 'The data is not valid: /data/destination has an unknown field "the "launch" code"', 'The data is not valid: /data/destination has an unknown field'],
  ['invalid_data', '/data/digest/totals totals has a "launch code" that is no count (0, 1, 2 …)', '/data/digest/totals totals has a value that is no count'],
  ['unreadable', 'The message cannot be kept: /data/the launch code/x holds a NUL character or half of a character, which no text may hold', 'The message cannot be kept: it holds a NUL character or half of a character'],
  ['attempts_exhausted', 'QueryFailedError: bad value "secret"', 'QueryFailedError (what it says may hold contents, so it is shown inside the organization only)'],
  ['something_new', 'secret', 'Error (what it says may hold contents, so it is shown inside the organization only)'],
])('outside the organization the error of %s is told as far as it holds no contents', (reason, error, shown) => {
  expect(errorWithoutContent(reason, error)).toBe(shown);
});
