import { describe, expect, test } from '@jest/globals';

import type { Connection } from '@tocsin/contracts';

import type { WorkspaceAnswer } from '../api/destinations.js';
import type { DestinationGroup } from './match.js';
import { announcement, connectionNote, copyNote, nothingFound } from './picker-words.js';

const NOW = new Date('2026-03-01T12:00:00Z');

function connection(more: Partial<Connection> = {}): Connection {
  return { workspace: { id: 'T1', name: 'Acme', url: 'https://acme.slack.com/' }, health: { state: 'connected', since: NOW.toISOString() }, paused: false, ...more } as Connection;
}

function answer(more: Partial<WorkspaceAnswer>): WorkspaceAnswer {
  return { connection: connection(), found: [], state: 'answered', more: false, ...more };
}

function groups(channels: number, people: number): DestinationGroup[] {
  const of = (label: DestinationGroup['label'], length: number): DestinationGroup[] => (length === 0 ? [] : [{ label, items: Array.from({ length }) }]);
  return [...of('Channels', channels), ...of('People', people)];
}

describe('whoever listens hears', () => {
  test.each([
    [0, 0, 'Nothing found.'],
    [1, 0, '1 channel found.'],
    [3, 1, '3 channels and 1 person found.'],
    [0, 25, '25 people found.'],
  ])('%i channels and %i people: %s', (channels, people, words) => {
    expect(announcement(groups(channels, people), [])).toBe(words);
  });

  test('that there may be more, while the list is not complete', () => {
    expect(announcement(groups(1, 0), [answer({ copy: { complete: false } })])).toBe('1 channel found. The list is not complete yet.');
  });
});

describe('nothing found', () => {
  test.each([
    ['a name', '#nowhere', ['Acme'], 'Nothing in Acme matches “#nowhere”.', true],
    ['in two workspaces', 'nowhere', ['Acme', 'Globex'], 'Nothing in Acme and Globex matches “nowhere”.', true],
    ['in many', 'nowhere', ['A', 'B', 'C', 'D'], 'Nothing in 4 workspaces matches “nowhere”.', true],
    ['an e-mail address', 'gil@acme.test', ['Acme'], 'Nobody in Acme is found by the e-mail address “gil@acme.test”.', false],
    ['an id', 'C0NOWHERE1', ['Acme'], 'Nothing that the app can see in Acme has the id or link “C0NOWHERE1”.', true],
    ['a link', 'https://acme.slack.com/archives/C0NOWHERE1', ['Acme'], 'Nothing that the app can see in Acme has the id or link “https://acme.slack.com/archives/C0NOWHERE1”.', true],
    ['an empty list', '', ['Acme'], 'No channel and nobody of Acme is known yet.', true],
    ['what turns the text around', 'a\u202Eb', ['Ac\u202Eme'], 'Nothing in Acme matches “ab”.', true],
  ])('%s says what was searched', (_, typed, workspaces, what, mayBePrivate) => {
    expect(nothingFound(typed, workspaces)).toMatchObject({ what, mayBePrivate });
  });

  test('a text without end is shortened', () => {
    expect(nothingFound('x'.repeat(300), ['Acme']).what.length).toBeLessThan(130);
  });
});

describe('the copy of a workspace', () => {
  test.each([
    ['not heard of yet', {}, undefined],
    ['complete', { copy: { complete: true, syncedAt: '2026-03-01T11:55:00Z' } }, 'Acme, as of 5 min ago.'],
    ['just synced', { copy: { complete: true, syncedAt: '2026-03-01T11:59:50Z' } }, 'Acme, as of just now.'],
    ['old, with a reason', { copy: { complete: true, syncedAt: '2026-02-27T12:00:00Z', reason: 'Slack asked us to slow down' } }, 'Acme, as of 2 d ago. Slack asked us to slow down.'],
    ['more than is shown', { copy: { complete: true, syncedAt: '2026-03-01T11:55:00Z' }, more: true }, 'Acme, as of 5 min ago. The closest are shown: type more to see others.'],
    ['partial', { copy: { complete: false, reason: 'the token lacks users:read' } }, 'The list of Acme is not complete yet. The token lacks users:read. An exact id or e-mail address is looked up at Slack.'],
    ['refused', { state: 'refused', problem: 'The database is away.' } as const, 'Acme cannot be searched: The database is away.'],
  ])('%s', (_, more, text) => {
    expect(copyNote(answer(more), NOW)?.text).toBe(text);
  });

  test.each([
    ['revoked', { health: { state: 'revoked', since: NOW.toISOString() } }, 'Acme is not connected any more: Slack refuses its credentials. What you send waits until it is connected again.'],
    ['paused', { paused: true }, 'Sending to Acme is paused. What you send waits until it is resumed.'],
    ['needs attention', { health: { state: 'needs_attention', reason: 'The scope users:read is missing.', since: NOW.toISOString() } }, 'Acme needs attention: The scope users:read is missing.'],
    ['well', {}, undefined],
  ] as const)('a connection that is %s', (_, more, text) => {
    expect(connectionNote(connection(more))?.text).toBe(text);
  });
});
