/** What is meant, counted as the server finds it now: what has ended, or was sent again, since is left out of it. */
import { useDeliveryCounts } from '../api/deliveries.js';
import { ofStates, type Scope } from './picked.js';

export function useScopeNow(meant: Scope): Scope {
  const { state, ...ofAnyState } = meant.filter;
  const { data, isPlaceholderData } = useDeliveryCounts(ofAnyState, { enabled: meant.filter['id'] === undefined });
  return data === undefined || isPlaceholderData ? meant : { filter: meant.filter, byState: ofStates(state, data.byState) };
}
