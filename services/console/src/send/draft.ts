/**
 * What somebody has begun to write for these issues. It survives a closed dialog and a reload of the page, together with
 * the key of the last attempt, so that the same message sent again after either is the same message for the server.
 */
import type { FoundDestination } from '../api/destinations.js';

export interface Draft {
  comment: string;
  destination?: FoundDestination;
  attempt?: Attempt;
}

/** One key for one content: a retry of the same message repeats the key, another message gets another. */
export interface Attempt {
  key: string;
  content: string;
}

export function attemptFor(content: string, last: Attempt | undefined, newKey: () => string): Attempt {
  return last?.content === content ? last : { key: newKey(), content };
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Drafts {
  constructor(private readonly store: Store) {}

  read(issueIds: readonly string[]): Draft {
    const stored = this.store.getItem(nameOf(issueIds));
    return stored === null ? { comment: '' } : (JSON.parse(stored) as Draft);
  }

  keep(issueIds: readonly string[], draft: Draft): void {
    this.store.setItem(nameOf(issueIds), JSON.stringify(draft));
  }

  forget(issueIds: readonly string[]): void {
    this.store.removeItem(nameOf(issueIds));
  }
}

function nameOf(issueIds: readonly string[]): string {
  return `tocsin.draft.${[...issueIds].sort().join(',')}`;
}
