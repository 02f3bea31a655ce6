/** The list of deliveries and all that it can be instead: loading, failed, empty for ever, empty by filter. */
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { useDeliveries } from '../api/deliveries.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { isFiltered, NO_FILTER, type DeliveryFilter } from './delivery-filter.js';
import { DeliveryTable, type DeliveryTableProps } from './delivery-table.js';

interface DeliveryListProps extends Omit<DeliveryTableProps, 'deliveries'> {
  list: ReturnType<typeof useDeliveries>;
  filter: DeliveryFilter;
  onFilter: (filter: DeliveryFilter) => void;
  foot: ReactNode;
  /** What else is asked again with the list. */
  onRetry: () => void;
}

export function DeliveryList({ list, filter, onFilter, foot, onRetry, ...table }: DeliveryListProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  const deliveries = data?.pages.flatMap(({ items }) => items);
  const failure = error && <ProblemAlert error={error} onRetry={() => { void (isFetchNextPageError ? fetchNextPage() : refetch()); onRetry(); }} />;
  if (!deliveries) return failure ?? <Loading />;
  if (failure && deliveries.length === 0) return failure;
  if (deliveries.length === 0) return <Empty filter={filter} onFilter={onFilter} />;
  return (
    <Stack>
      <DeliveryTable deliveries={deliveries} {...table} />
      {failure}
      <Group justify="center" gap="sm">
        {foot}
        <Text size="sm" c="dimmed">{`${deliveries.length} shown`}</Text>
        {hasNextPage && <WorkButton variant="default" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show more</WorkButton>}
      </Group>
    </Stack>
  );
}

function Empty({ filter, onFilter }: { filter: DeliveryFilter; onFilter: (filter: DeliveryFilter) => void }) {
  if (isFiltered(filter)) {
    return (
      <Stack align="flex-start" gap="xs">
        <Text>No delivery matches these filters.</Text>
        <Button variant="default" onClick={() => { onFilter({ ...NO_FILTER, state: filter.state }); }}>Clear filters</Button>
      </Stack>
    );
  }
  return <Text>{filter.state.length === 0 ? 'Nothing has been sent yet. Open an issue and choose Send to Slack.' : 'No delivery is in this state.'}</Text>;
}

function Loading() {
  return (
    <Stack gap="xs" aria-label="Loading" role="img">
      {Array.from({ length: 8 }, (_, row) => <Skeleton key={row} height={36} />)}
    </Stack>
  );
}
