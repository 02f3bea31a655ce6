import { describe, expect, test } from '@jest/globals';

import { attemptFor, Drafts } from './draft.js';

function store(): ConstructorParameters<typeof Drafts>[0] {
  const items = new Map<string, string>();
  return { getItem: (name) => items.get(name) ?? null, setItem: (name, value) => { items.set(name, value); }, removeItem: (name) => { items.delete(name); } };
}

describe('the key of an attempt', () => {
  test('the same content sent again repeats the key', () => {
    const first = attemptFor('a', undefined, () => 'k1');
    expect(attemptFor('a', first, () => 'k2')).toEqual({ key: 'k1', content: 'a' });
  });

  test('another content is another message', () => {
    expect(attemptFor('b', { key: 'k1', content: 'a' }, () => 'k2').key).toBe('k2');
  });
});

describe('drafts', () => {
  test('a draft belongs to its issues, in whatever order they were selected', () => {
    const drafts = new Drafts(store());
    drafts.keep(['i1', 'i2'], { comment: 'both' });
    expect(drafts.read(['i2', 'i1']).comment).toBe('both');
    expect(drafts.read(['i1']).comment).toBe('');
  });

  test('a forgotten draft is empty', () => {
    const drafts = new Drafts(store());
    drafts.keep(['i1'], { comment: 'sent' });
    drafts.forget(['i1']);
    expect(drafts.read(['i1'])).toEqual({ comment: '' });
  });
});
