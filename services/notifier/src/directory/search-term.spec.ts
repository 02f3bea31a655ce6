import { describe, expect, test } from '@jest/globals';

import { searchTerm, type SearchTerm } from './search-term.js';

describe('what was typed into the picker', () => {
  test.each<[string, SearchTerm]>([
    ['sec-alerts', { text: 'sec alerts' }],
    ['#sec-alerts', { text: 'sec alerts', kind: 'channel' }],
    ['@ada', { text: 'ada', kind: 'user' }],
    ['  Ada@Acme.test ', { text: 'ada@acme test', email: 'ada@acme.test' }],
    ['C0SECALERT', { text: 'c0secalert', id: 'C0SECALERT' }],
    ['c0secalert', { text: 'c0secalert', id: 'C0SECALERT' }],
    ['generalists', { text: 'generalists' }],
    ['https://acme.slack.com/archives/C0SECALERT', { text: '', id: 'C0SECALERT' }],
    ['https://acme.slack.com/archives/C0SECALERT/p1764057600000100', { text: '', id: 'C0SECALERT' }],
    ['https://acme.enterprise.slack.com/team/U0ALICE001', { text: '', id: 'U0ALICE001' }],
    ['https://app.slack.com/client/T0ACME0001/C0SECALERT', { text: '', id: 'C0SECALERT' }],
    ['<#C0SECALERT|sec-alerts>', { text: '', id: 'C0SECALERT' }],
    ['<@U0ALICE001>', { text: '', id: 'U0ALICE001' }],
    ['https://acme.slack.com/help', { text: 'https: acme slack com help' }],
    ['Café_Ops', { text: 'cafe ops' }],
    ['ПЛАТЕЖИ', { text: 'платежи' }],
    ['\0\ud800', { text: '' }],
    ['%', { text: '%' }],
    ['', { text: '' }],
  ])('%p is looked for as %p', (typed, term) => {
    expect(searchTerm(typed)).toEqual(term);
  });
});
