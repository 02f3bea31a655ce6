import { describe, expect, test } from '@jest/globals';

import type { Delivery } from '@tocsin/contracts';

import { counted, destinationName, letterReason, matchedBy, titleOf } from './delivery-words.js';

const BY_HAND: Delivery['source'] = { kind: 'manual', user: 'noa@acme.test' };

describe('the name of a destination', () => {
  test.each([
    ['a channel', { kind: 'channel', id: 'C1', name: 'sec-alerts' } as const, '#sec-alerts'],
    ['a channel named with its sign', { kind: 'channel', id: 'C1', name: '#sec-alerts' } as const, '#sec-alerts'],
    ['a person', { kind: 'user', id: 'U1', name: 'noa' } as const, '@noa'],
    ['an id without a name', { id: 'C1' }, 'C1'],
    ['what was asked for, before it is resolved', { name: '#sec-alerts' }, '#sec-alerts'],
    ['a name that would turn the text around it', { kind: 'channel', id: 'C1', name: 'pay\u202Estnem' } as const, '#paystnem'],
    ['a name of nothing that can be seen', { kind: 'user', id: 'U1', name: '@\u200B' } as const, 'U1'],
    ['nothing yet', {}, 'not resolved yet'],
  ])('%s', (_, destination, name) => {
    expect(destinationName({ destination })).toBe(name);
  });
});

describe('what a delivery tells', () => {
  test.each([
    ['one issue, by its title', { title: 'SQL injection', issueCount: 1, source: BY_HAND }, 'SQL injection'],
    ['one issue whose title is not known here', { issueCount: 1, source: BY_HAND }, '1 issue'],
    ['several issues, by their number', { title: 'SQL injection', issueCount: 12, source: BY_HAND }, '12 issues'],
    ['a digest', { title: '8,241 found', issueCount: 8241, source: { kind: 'digest', of: 8241 } }, 'Digest: 8,241 issues'],
    ['a test message', { issueCount: 0, source: { kind: 'test', user: 'noa@acme.test' } }, 'Test message'],
  ] as const)('%s', (_, delivery, title) => {
    expect(titleOf(delivery)).toBe(title);
  });
});

test.each([
  [BY_HAND, 'noa@acme.test, by hand'],
  [{ kind: 'workflow', workflowId: 'w1', version: 3, stepId: 's2' }, 'Workflow w1, version 3, step s2'],
  [{ kind: 'digest', of: 12 }, '12 issues as one message, so that nobody waits for them one by one'],
] as const)('the timeline says what wanted it sent: %#', (source, said) => {
  expect(matchedBy({ source })).toBe(said);
});

test.each([[1, 'delivery', '1 delivery'], [2, 'delivery', '2 deliveries'], [1, 'issue', '1 issue'], [3201, 'issue', '3,201 issues']])('%d %s', (count, noun, said) => {
  expect(counted(count, noun)).toBe(said);
});

test.each([['unknown_version', 'a version that is not known'], ['of_tomorrow', 'of_tomorrow']])('a letter that died of %s', (code, said) => {
  expect(letterReason(code)).toBe(said);
});
