/** Deliveries: what was sent, what waits and what became of it, as it happens; the open delivery beside it. */
import { useCallback, useState } from 'react';
import { useLocation, useNavigate, useParams, useSearchParams } from 'react-router';

import type { Delivery } from '@tocsin/contracts';

import { useDeliveries } from '../api/deliveries.js';
import { useLiveDeliveries } from '../api/delivery-stream.js';
import { FROM_LIST } from '../issues/opened-from.js';
import { NeedsPermission } from '../parts/needs-permission.js';
import { useCan } from '../session/session.js';
import { DeliveriesFrame } from './deliveries-frame.js';
import { DeliveryDrawer } from './delivery-drawer.js';
import { chosenOf, readFilter, statesOf, writeFilter, type DeliveryFilter } from './delivery-filter.js';
import { DeliveryFilters } from './delivery-filters.js';
import { DeliveryList } from './delivery-list.js';
import { LiveMark } from './live-mark.js';
import { allThen, ofStates, scopeOf, stillShown, toggled, totalOf, type Picked } from './picked.js';
import { Selection } from './selection.js';
import { StateTabs } from './state-tabs.js';
import { Uncounted } from './uncounted.js';
import { useCounts } from './use-counts.js';

export function DeliveriesPage() {
  if (!useCan('deliveries:read')) return <DeliveriesFrame><NeedsPermission permission="deliveries:read" to="see deliveries" /></DeliveriesFrame>;
  return <Deliveries />;
}

function Deliveries() {
  const { deliveryId } = useParams();
  const navigate = useNavigate();
  const { state: openedFrom } = useLocation() as { state: unknown };
  const [search, setSearch] = useSearchParams();
  const filter = readFilter(search);
  const chosen = chosenOf(filter);
  const ofAnyState = chosenOf({ ...filter, state: [] });
  const live = useLiveDeliveries(ofAnyState, { enabled: true });
  const list = useDeliveries(chosen, { live });
  const shown = list.data?.pages.flatMap(({ items }) => items);
  const [picked, setPicked, toggle] = usePicked(JSON.stringify(chosen), shown);
  const counts = useCounts(ofAnyState, picked, live);
  const matching = counts.ofFilter && totalOf({ byState: ofStates(chosen['state'], counts.ofFilter.byState) });
  const scope = scopeOf(picked, shown ?? [], chosen, counts.ofPicked);
  const change = (next: DeliveryFilter): void => { setSearch(writeFilter(next), { replace: true }); };
  // closing goes back to the list that it was opened from, so that Back does not open it again
  const close = (): void => void (openedFrom === FROM_LIST ? navigate(-1) : navigate({ pathname: '/deliveries', search: search.toString() }, { replace: true }));
  return (
    <DeliveriesFrame {...(deliveryId !== undefined && { tabTitle: 'Delivery · Deliveries' })}>
      <DeliveryFilters filter={filter} onChange={change} />
      <StateTabs chosen={statesOf(filter)} counts={counts.ofTabs} onChange={(state) => { setSearch(writeFilter({ ...filter, state })); }}>
        <Selection picked={picked} scope={scope} matching={matching} shown={shown ?? []} onPick={setPicked} aside={shown && <LiveMark live={live} asOf={list.isError ? list.dataUpdatedAt : undefined} />} onPickAll={() => { if (counts.ofFilter) setPicked(allThen(shown ?? [], counts.ofFilter.at)); }} />
        {counts.failed && !list.error && <Uncounted onRetry={counts.askAgain} />}
        <DeliveryList list={list} onRetry={counts.askAgain} filter={filter} onFilter={change} picked={picked} onPick={setPicked} onToggle={toggle} openId={deliveryId} />
      </StateTabs>
      {deliveryId !== undefined && <DeliveryDrawer key={deliveryId} id={deliveryId} onClose={close} />}
    </DeliveriesFrame>
  );
}

/** Another filter is another list, of which nothing is selected yet. */
function usePicked(list: string, shown: readonly Delivery[] | undefined): [Picked, (picked: Picked) => void, (id: string) => void] {
  const nothing: { list: string; picked: Picked } = { list, picked: [] };
  const [selection, setSelection] = useState(nothing);
  if (selection.list !== list) setSelection(nothing);
  const { picked } = selection.list === list ? selection : nothing;
  const toggle = useCallback((id: string) => { setSelection((before) => ({ list, picked: toggled(before.list === list ? before.picked : [], id) })); }, [list]);
  return [stillShown(picked, shown), (next) => { setSelection({ list, picked: next }); }, toggle];
}
