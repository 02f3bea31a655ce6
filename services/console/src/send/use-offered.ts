/** What the picker offers for what has been typed: asked when typing pauses, and never what no longer fits. */
import { useDebouncedValue } from '@mantine/hooks';

import type { Connection } from '@tocsin/contracts';

import { useDestinations, type DestinationSearch } from '../api/destinations.js';
import { fits } from './destination-words.js';

const DEBOUNCE_MS = 150;

export interface Offered extends DestinationSearch {
  /** What was asked for. */
  q: string;
}

/** @param wanted what has been typed; empty once somebody has picked */
export function useOffered(connections: readonly Connection[], wanted: string, enabled: boolean): Offered {
  const [q] = useDebouncedValue(wanted, DEBOUNCE_MS);
  const answer = useDestinations(connections, q, enabled);
  const isFresh = q === wanted && !answer.earlier;
  return { ...answer, q, found: isFresh ? answer.found : answer.found.filter((item) => fits(item, wanted)) };
}
