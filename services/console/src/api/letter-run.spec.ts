import { describe, expect, test } from '@jest/globals';

import { idsOf, type DeadLetter, type LetterPage, type Letters } from './letter-run.js';

const GROUP = { queue: 'notifier.slack.send.v1', reason: 'invalid_data' };

function page(ids: readonly string[], nextCursor: string | null, unavailable?: string[]): LetterPage {
  return { items: ids.map((id) => ({ id }) as DeadLetter), nextCursor, ...(unavailable && { unavailable }) };
}

/** Pages by their cursor, and what was asked for. */
async function idsFrom(letters: Letters, pages: Readonly<Record<string, LetterPage>>): Promise<{ ids: string[]; asked: string[]; failure?: string }> {
  const ids: string[] = [];
  const asked: string[] = [];
  try {
    for await (const id of idsOf(letters, (_group, cursor = 'first') => { asked.push(cursor); return Promise.resolve(pages[cursor] ?? page([], null)); })) ids.push(id);
  } catch (error) {
    return { ids, asked, failure: (error as Error).message };
  }
  return { ids, asked };
}

describe('the letters that an action goes through', () => {
  test('one is itself, and nothing is asked', async () => {
    expect(await idsFrom({ id: 'notifier:1' }, {})).toEqual({ ids: ['notifier:1'], asked: [] });
  });

  test('a group is all of it, page by page', async () => {
    expect(await idsFrom(GROUP, { first: page(['3', '2'], 'older'), older: page(['1'], null) })).toEqual({ ids: ['3', '2', '1'], asked: ['first', 'older'] });
  });

  test('another service that is away keeps nobody waiting', async () => {
    expect(await idsFrom(GROUP, { first: page(['1'], 'again', ['issues']), again: page([], 'again', ['issues']) })).toEqual({ ids: ['1'], asked: ['first', 'again'] });
  });

  test('where the service of the group is away it ends with what was done', async () => {
    const { ids, failure } = await idsFrom(GROUP, { first: page(['2'], 'older'), older: page([], 'older', ['notifier']) });
    expect(ids).toEqual(['2']);
    expect(failure).toContain('The service notifier is away');
  });
});
