/** How many match in each state, for the tabs and for all that are selected; not known while the server does not tell. */
import { useQueryClient } from '@tanstack/react-query';

import type { DeliveryCounts } from '@tocsin/contracts';

import type { BulkFilter } from '../api/delivery-actions.js';
import { useDeliveryCounts } from '../api/deliveries.js';
import { countsOf, haveCountsFailed, type StateCounts } from '../api/state-counts.js';
import { areTooMany, boundsOf, isAll, type Picked } from './picked.js';

export interface Counts {
  ofTabs: StateCounts | undefined;
  /** Of this very filter, no longer of the one before. */
  ofFilter: DeliveryCounts | undefined;
  /** Of all that are selected, as the server finds them when something is done to them. */
  ofPicked: StateCounts | undefined;
  failed: boolean;
  askAgain: () => void;
}

export function useCounts(ofAnyState: BulkFilter, picked: Picked, live: boolean): Counts {
  const queries = useQueryClient();
  const matching = useDeliveryCounts(ofAnyState, { live });
  const selected = useDeliveryCounts(isAll(picked) ? { ...ofAnyState, ...boundsOf(picked) } : ofAnyState, { enabled: isAll(picked) && !areTooMany(picked), live });
  return {
    ofTabs: countsOf(matching)?.byState,
    ofFilter: matching.isPlaceholderData ? undefined : countsOf(matching),
    ofPicked: selected.isPlaceholderData ? undefined : countsOf(selected)?.byState,
    failed: haveCountsFailed(matching) || haveCountsFailed(selected),
    askAgain: () => void queries.refetchQueries({ queryKey: ['delivery-counts'], type: 'active' }),
  };
}
