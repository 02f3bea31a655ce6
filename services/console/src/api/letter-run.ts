/**
 * Which dead letters an action goes through, page by page from the newest on: a letter that dies again meanwhile comes
 * before the page that was reached, and is not met again.
 */
import type { DeadLetter as DeadLetterView } from '@tocsin/contracts';

import type { Page } from './client.js';

export type DeadLetter = Pick<DeadLetterView, keyof DeadLetterView>;

/** Services that could not be asked. */
export type LetterPage = Page<DeadLetter> & { unavailable?: string[] };

/** What a group has in common. */
export type GroupOfLetters = Pick<DeadLetter, 'queue' | 'reason'>;

/** One letter, or all of a group, whether they were fetched or not. */
export type Letters = Pick<DeadLetter, 'id'> | GroupOfLetters;

/** @throws Error when the service of the group is away */
export async function* idsOf(letters: Letters, pageOf: (group: GroupOfLetters, cursor: string | undefined) => Promise<LetterPage>): AsyncGenerator<string> {
  if ('id' in letters) {
    yield letters.id;
    return;
  }
  let cursor: string | undefined;
  for (;;) {
    const page: LetterPage = await pageOf(letters, cursor);
    const away = page.unavailable?.find((service) => letters.queue.startsWith(`${service}.`));
    if (away !== undefined) throw new Error(`The service ${away} is away at this moment. Go on when it is back.`);
    for (const { id } of page.items) yield id;
    // a service that is away and has none of them keeps its place for ever
    if (page.items.length === 0 || page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}
