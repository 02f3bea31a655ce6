import { describe, expect, test } from '@jest/globals';

import { searchTerm } from './directory-search.js';

describe('what was typed into the picker', () => {
  test.each([
    ['sec-alerts', 'sec-alerts'],
    ['#sec-alerts', 'sec-alerts'],
    ['@ada', 'ada'],
    ['  ada@acme.test ', 'ada@acme.test'],
    ['C0SECALERT', 'C0SECALERT'],
    ['https://acme.slack.com/archives/C0SECALERT', 'C0SECALERT'],
    ['https://acme.slack.com/archives/C0SECALERT/p1764057600000100', 'C0SECALERT'],
    ['https://acme.enterprise.slack.com/team/U0ALICE001', 'U0ALICE001'],
    ['https://app.slack.com/client/T0ACME0001/C0SECALERT', 'C0SECALERT'],
    ['https://acme.slack.com/help', 'https://acme.slack.com/help'],
    ['', ''],
  ])('%p is looked for as %p', (typed, term) => {
    expect(searchTerm(typed)).toBe(term);
  });
});
