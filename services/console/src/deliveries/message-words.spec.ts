import { expect, test } from '@jest/globals';

import type { Delivery } from '@tocsin/contracts';

import { messageWords } from './message-words.js';

const AT = '2026-03-01T09:00:00.000Z';
const EDITED = { at: AT, kind: 'brought_up_to_date', text: 'The issue had changed, and the message shows it as it is: resolved.' };
const NOT_EDITED = { at: AT, kind: 'not_brought_up_to_date', text: 'The issue had changed, but the message still shows it as it was: It is too old.' };

test.each([
  ['waiting', 'waiting', [], 'Message as it will be posted', false],
  ['posted', 'posted', [], 'Message as it was posted', false],
  ['posted and brought up to date', 'posted', [EDITED], 'Message as it was first posted', true],
  ['posted and not brought up to date', 'posted', [NOT_EDITED], 'Message as it was posted', false],
  ['unconfirmed', 'unconfirmed', [], 'Message as it would be posted again', true],
  ['failed', 'failed', [], 'Message as it would be posted now', false],
] as [string, Delivery['state'], NonNullable<Delivery['timeline']>, string, boolean][])('the message of a delivery that is %s is called what it is', (_, state, timeline, title, noted) => {
  const words = messageWords({ state, timeline });
  expect(words.title).toBe(title);
  expect(words.note !== undefined).toBe(noted);
});
