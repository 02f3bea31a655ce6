import { expect, test } from '@jest/globals';

import { parseDestination } from './destination.js';

test.each([
  ['#sec-alerts', { name: '#sec-alerts' }],
  ['sec-alerts', { name: 'sec-alerts' }],
  ['C0SECALERT', { id: 'C0SECALERT' }],
  ['U0ALICE001', { id: 'U0ALICE001' }],
  [' bob@acme.test ', { email: 'bob@acme.test' }],
])('%j is %j', (text, destination) => {
  expect(parseDestination(text)).toEqual(destination);
});

test.each(['', '#', '@bob', 'two words', '##x'])('%j is no destination, and the message says what is', (text) => {
  expect(() => parseDestination(text)).toThrow(/#channel, an e-mail address, or a Slack id/);
});
