/** What the picker offers for what has been typed: asked when typing pauses, and never what no longer fits. */
import { useDebouncedValue } from '@mantine/hooks';

import type { Connection } from '@tocsin/contracts';

import { useDestinations, useHasAnswers, type WorkspaceAnswer } from '../api/destinations.js';
import { fits, groupsOf, type DestinationGroup } from './match.js';

const DEBOUNCE_MS = 150;

export interface Offered {
  /** What the answers answer. */
  q: string;
  groups: DestinationGroup[];
  /** What each workspace said. */
  answers: WorkspaceAnswer[];
  /** Every workspace has answered just this. */
  settled: boolean;
}

/** @param wanted what has been typed; empty once somebody has picked */
export function useOffered(connections: readonly Connection[], wanted: string, enabled: boolean): Offered {
  const [paused] = useDebouncedValue(wanted, DEBOUNCE_MS);
  // a first letter cannot be one of many in a hurry, and an answer in hand needs no pause
  const atOnce = useHasAnswers(connections, wanted) || wanted.length <= 1;
  const q = atOnce ? wanted : paused;
  const answers = useDestinations(connections, q, enabled);
  const offered = answers.map(({ found, state }) => (q === wanted && state === 'answered' ? found : found.filter((item) => fits(item, wanted))));
  return { q, groups: groupsOf(offered, wanted), answers, settled: q === wanted && answers.every(({ state }) => state === 'answered' || state === 'refused') };
}
