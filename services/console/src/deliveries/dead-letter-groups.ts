/** Dead letters by what they have in common: the reason and the queue that they died in. */
import type { DeadLetter, Letters } from '../api/letter-run.js';

export interface LetterGroup {
  key: string;
  queue: string;
  reason: string;
  /** Newest first, as they come. */
  letters: DeadLetter[];
}

/** The largest group first; of equal ones, that with the newest letter. */
export function groupsOf(letters: readonly DeadLetter[]): LetterGroup[] {
  const groups = new Map<string, LetterGroup>();
  for (const letter of letters) {
    const key = keyOf({ queue: letter.queue, reason: letter.reason });
    const group = groups.get(key) ?? { key, queue: letter.queue, reason: letter.reason, letters: [] };
    group.letters.push(letter);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.letters.length - a.letters.length || newest(b).localeCompare(newest(a)));
}

/** The same for what is the same letter or group. */
export function keyOf(letters: Letters): string {
  return 'id' in letters ? letters.id : JSON.stringify([letters.queue, letters.reason]);
}

function newest({ letters }: LetterGroup): string {
  return letters[0]?.receivedAt ?? '';
}
