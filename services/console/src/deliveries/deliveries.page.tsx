/** Deliveries: what was sent lately, and what became of it. */
import { Button, Group, NativeSelect, Skeleton, Text } from '@mantine/core';
import { useSearchParams } from 'react-router';

import { DELIVERY_STATES } from '@tocsin/domain';

import { useDeliveries } from '../api/deliveries.js';
import { NeedsPermission } from '../parts/needs-permission.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useCan } from '../session/session.js';
import { Page } from '../shell/page.js';
import { DeliveryTable } from './delivery-table.js';
import { stateWord } from './delivery-words.js';

export function DeliveriesPage() {
  const allowed = useCan('deliveries:read');
  const [search, setSearch] = useSearchParams();
  const state = search.get('state') ?? '';
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useDeliveries({ state }, { enabled: allowed });
  const deliveries = data?.pages.flatMap(({ items }) => items);
  const filter = (
    <NativeSelect
      label="State"
      value={state}
      onChange={(event) => { setSearch(event.currentTarget.value === '' ? {} : { state: event.currentTarget.value }, { replace: true }); }}
      data={[{ value: '', label: 'All' }, ...DELIVERY_STATES.map((value) => ({ value, label: stateWord(value) }))]}
    />
  );
  return (
    <Page title="Deliveries" aside={allowed && filter}>
      {!allowed && <NeedsPermission permission="deliveries:read" to="see deliveries" />}
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {allowed && !deliveries && !error && <Skeleton height={240} />}
      {deliveries?.length === 0 && <Text>{state === '' ? 'Nothing has been sent yet. Open an issue and choose Send to Slack.' : 'No delivery is in this state.'}</Text>}
      {deliveries && deliveries.length > 0 && <DeliveryTable deliveries={deliveries} />}
      {hasNextPage && <Group justify="center"><Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show more</Button></Group>}
    </Page>
  );
}
