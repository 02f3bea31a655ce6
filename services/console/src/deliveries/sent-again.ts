/** What a replay would tell twice, in words: all of it, which the server refuses until somebody insists, or some of a digest. */
import type { AcceptedReplay } from '@tocsin/contracts';

import type { ProblemAnswer } from '../api/client.js';

export interface SentAlready {
  title: string;
  text: string;
  /** As what it was sent again. */
  deliveryId: string | undefined;
}

/** @returns undefined when it was refused for another reason: then insisting is of no use */
export function sentAlreadyOf(problem: Pick<ProblemAnswer, 'type' | 'detail' | 'deliveryId'> | undefined): SentAlready | undefined {
  if (problem?.type !== 'urn:tocsin:problem:sent_already') return undefined;
  const { detail, deliveryId } = problem;
  if (deliveryId === undefined) return { title: 'It was sent already', text: detail, deliveryId };
  return { title: 'It was replayed already', text: 'A replay of it was posted or will be. Once more, its readers may get the same message twice.', deliveryId };
}

/** What is said beside a digest that was accepted. */
export function toldAgainWords({ toldAgain = 0 }: Pick<AcceptedReplay, 'toldAgain'>): string | undefined {
  if (toldAgain === 0) return undefined;
  return toldAgain === 1
    ? 'One of its messages was replayed by itself before. The digest tells it once more.'
    : `${toldAgain.toLocaleString('en')} of its messages were replayed by themselves before. The digest tells them once more.`;
}
