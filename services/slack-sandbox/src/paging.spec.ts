import { describe, expect, test } from '@jest/globals';

import { isRefusal } from './answer.js';
import { Arguments } from './arguments.js';
import { pageOf } from './paging.js';

const items = (count: number): { id: string }[] => Array.from({ length: count }, (_, index) => ({ id: `C${String(index).padStart(7, '0')}` }));

/** Reads to the end the way a careful client does: until the cursor is empty. */
function readAll(all: { id: string }[], limit: number): { ids: string[]; sizes: number[] } {
  const ids: string[] = [];
  const sizes: number[] = [];
  let cursor = '';
  do {
    const page = pageOf(all, 'team', new Arguments({ limit, cursor }), 100);
    if (isRefusal(page)) throw new Error(page.error);
    ids.push(...page.items.map(({ id }) => id));
    sizes.push(page.items.length);
    cursor = page.next;
  } while (cursor !== '');
  return { ids, sizes };
}

describe('a list is read page by page', () => {
  test.each<[string, number, number, number[]]>([
    ['all on one page', 3, 10, [3]],
    ['exactly one page', 10, 10, [10]],
    ['more than one: the first page is short, the second is empty, and both have a cursor', 11, 10, [9, 0, 2]],
    ['several pages', 25, 10, [9, 0, 10, 6]],
    ['pages of one', 3, 1, [1, 0, 1, 1]],
    ['nothing', 0, 10, [0]],
    ['limit 0 is the default', 150, 0, [99, 0, 51]],
  ])('%s', (_case, count, limit, sizes) => {
    const all = items(count);
    const read = readAll(all, limit);
    expect(read.sizes).toEqual(sizes);
    expect(read.ids).toEqual(all.map(({ id }) => id));
  });

  test('a cursor is base64 of what Slack writes into its own', () => {
    const page = pageOf(items(11), 'team', new Arguments({ limit: 5 }), 100);
    if (isRefusal(page)) throw new Error(page.error);
    expect(Buffer.from(page.next, 'base64').toString()).toMatch(/^team:C0000004/);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a cursor that is no base64', { cursor: '§§§' }, 'invalid_cursor'],
    ['a cursor of another list', { cursor: Buffer.from('user:C0000001').toString('base64') }, 'invalid_cursor'],
    ['a cursor to something that is gone', { cursor: Buffer.from('team:C9999999').toString('base64') }, 'invalid_cursor'],
    ['a limit over 1000', { limit: 1001 }, 'invalid_limit'],
    ['a limit that is no number', { limit: 'many' }, 'invalid_arguments'],
    ['a limit below 0', { limit: -1 }, 'invalid_arguments'],
  ])('refused: %s', (_case, args, error) => {
    expect(pageOf(items(11), 'team', new Arguments(args), 100)).toMatchObject({ ok: false, error });
  });
});
