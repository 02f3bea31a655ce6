import { describe, expect, test } from '@jest/globals';

import { answerOf, needsDate, timelineOf } from './timeline.js';

const CREATED = '2026-03-01T09:00:00.000Z';
const SOURCE = { kind: 'manual', user: 'noa@acme.test' } as const;

describe('a timeline', () => {
  test('says right after it was accepted who wanted it', () => {
    const moments = timelineOf({
      createdAt: CREATED,
      source: SOURCE,
      timeline: [
        { at: CREATED, kind: 'accepted', text: 'Accepted and put in line' },
        { at: '2026-03-01T09:00:01.000Z', kind: 'failed', text: 'The channel is archived.', slack: { error: 'is_archived' } },
      ],
    });
    expect(moments.map(({ word, text }) => `${word}: ${text}`)).toEqual(['Accepted: Accepted and put in line', 'Sent by: noa@acme.test, by hand', 'Failed: The channel is archived.']);
  });

  test('a kind of line that this page does not know is still told', () => {
    expect(timelineOf({ createdAt: CREATED, source: SOURCE, timeline: [{ at: CREATED, kind: 'reply_posted', text: 'x' }] })[0]?.word).toBe('Reply posted');
  });

  test('before anything was recorded, it says who wanted it', () => {
    expect(timelineOf({ createdAt: CREATED, source: SOURCE }).map(({ text }) => text)).toEqual(['noa@acme.test, by hand']);
  });
});

// local times, as people read them
const TODAY = new Date(2026, 2, 10, 12);
const YESTERDAY = new Date(2026, 2, 9, 23, 59);

test.each([
  ['the first line of today', new Date(2026, 2, 10, 0, 1), undefined, false],
  ['a line of today after one of today', new Date(2026, 2, 10, 0, 2), new Date(2026, 2, 10, 0, 1), false],
  ['a line of today after one of yesterday', new Date(2026, 2, 10, 0, 1), YESTERDAY, true],
  ['a line of yesterday after one of yesterday', YESTERDAY, new Date(2026, 2, 9, 8), true],
  ['the first line of yesterday', YESTERDAY, undefined, true],
])('the date stands beside the time or not: %s', (_, at, before, dated) => {
  expect(needsDate({ at: at.toISOString() }, before && { at: before.toISOString() }, TODAY)).toBe(dated);
});

test.each([
  ['a refusal', { error: 'is_archived' }, 'is_archived'],
  ['a refusal with what it names', { error: 'missing_scope', details: { needed: 'chat:write' } }, 'missing_scope {"needed":"chat:write"}'],
  ['a message', { channel: 'C1', ts: '1.2' }, 'ok, message 1.2 in C1'],
  ['nothing', undefined, undefined],
])('Slack’s answer: %s', (_, slack, said) => {
  expect(answerOf(slack)).toBe(said);
});
