import { describe, expect, test } from '@jest/globals';

import { ranked, type Candidate } from './destination-ranking.js';

const channel = (name: string, over: Partial<Candidate> = {}): Candidate => ({ id: `C-${name}`, kind: 'channel', name, names: [name], isArchived: false, isMember: false, ...over });
const person = (name: string, over: Partial<Candidate> = {}): Candidate => ({ id: `U-${name}`, kind: 'user', name, names: [name], isArchived: false, isMember: true, ...over });

function order(candidates: readonly Candidate[], { text = '', recent = [] as string[], ids = [] as string[], limit = 50 }): string[] {
  return ranked(candidates, { text, recent, ids: new Set(ids), limit }).map(({ name }) => name);
}

describe('the order of the picker', () => {
  test.each<[string, Candidate[], Parameters<typeof order>[1], string[]]>([
    ['exact, beginning, beginning of a word, inside, alike', [channel('sce', { alike: 0.5 }), channel('bisec'), channel('app sec'), channel('security'), channel('sec')], { text: 'sec' }, ['sec', 'security', 'app sec', 'bisec', 'sce']],
    ['the more alike first', [channel('a', { alike: 0.5 }), channel('b', { alike: 0.9 })], { text: 'zzz' }, ['b', 'a']],
    ['what was sent to lately before the name itself, the latest first', [channel('sec'), channel('sec old'), channel('sec new')], { text: 'sec', recent: ['C-sec new', 'C-sec old'] }, ['sec new', 'sec old', 'sec']],
    ['archived last, also when it is the name itself and was sent to', [channel('sec', { isArchived: true }), channel('app sec')], { text: 'sec', recent: ['C-sec'] }, ['app sec', 'sec']],
    ['what was asked for by id first', [channel('zoo', { isArchived: true }), channel('c0123456')], { text: 'c0123456', ids: ['C-zoo'] }, ['zoo', 'c0123456']],
    ['among equals those that the app is in, then by name', [channel('sec c'), channel('sec b'), channel('sec d', { isMember: true })], { text: 'sec' }, ['sec d', 'sec b', 'sec c']],
    ['nothing typed: lately, channels that the app is in and people, the rest', [channel('a'), channel('b', { isMember: true }), person('c'), channel('z')], { recent: ['C-z'] }, ['z', 'b', 'c', 'a']],
    ['each once', [channel('sec'), channel('sec')], { text: 'sec' }, ['sec']],
    ['any of the names of a person counts', [person('bob', { names: ['bob', 'robert ada'] }), person('ada')], { text: 'ada' }, ['ada', 'bob']],
  ])('%s', (_, candidates, by, expected) => {
    expect(order(candidates, by)).toEqual(expected);
  });

  test('channels and people leave each other a third of the rows, and none is left empty', () => {
    const many = (make: typeof channel, count: number): Candidate[] => Array.from({ length: count }, (_, index) => make(`sec ${String(index).padStart(2, '0')}`));
    const kinds = (channels: number, people: number): number[] => {
      const rows = ranked([...many(channel, channels), ...many(person, people)], { text: 'sec', recent: [], ids: new Set(), limit: 9 });
      return [rows.length, rows.filter(({ kind }) => kind === 'channel').length];
    };
    expect([kinds(20, 20), kinds(20, 1), kinds(0, 20), kinds(2, 20), kinds(3, 3)]).toEqual([[9, 3], [9, 8], [9, 0], [9, 2], [6, 3]]);
  });
});
