import { randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { SecretBox } from '@tocsin/platform';

import { FeedIds } from './feed-ids.js';

const key = (name: string): string => `${name}:${randomBytes(32).toString('base64')}`;
const [OLD, NEW] = [key('k1'), key('k2')];
const ids = new FeedIds(new SecretBox(OLD));

describe('from where a reader goes on', () => {
  test.each([0, 7, 123_456_789_012_345])('is known again: %d', (position) => {
    expect(ids.positionIn(ids.of(position))).toBe(position);
  });

  test('says nothing of how much happened, in whatever organization', () => {
    const said = [ids.of(5), ids.of(5), ids.of(987_654_321)];
    expect(new Set(said).size).toBe(3);
    expect(new Set(said.map(({ length }) => length)).size).toBe(1);
    expect(Buffer.from(said[2] ?? '', 'base64url').toString('latin1')).not.toContain('987654321');
  });

  test('is known while its key is in the ring', () => {
    expect(new FeedIds(new SecretBox(`${NEW},${OLD}`)).positionIn(ids.of(7))).toBe(7);
    expect(new FeedIds(new SecretBox(NEW)).positionIn(ids.of(7))).toBeUndefined();
  });

  test.each(['', 'made up', 'dDk5OTk5OTk5OTk5', Buffer.from('null').toString('base64url'), Buffer.from('["k1",7]').toString('base64url'), Buffer.from('["k1",""]').toString('base64url'), Buffer.from('["__proto__","AAAA"]').toString('base64url')])('is none of ours: "%s"', (id) => {
    expect(ids.positionIn(id)).toBeUndefined();
  });
});
