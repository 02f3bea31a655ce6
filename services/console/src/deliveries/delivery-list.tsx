/** The list of deliveries and all that it can be instead: loading, failed, empty for ever, empty by filter. */
import { Anchor, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';

import type { useDeliveries } from '../api/deliveries.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFailure } from '../parts/use-failure.js';
import { WorkButton } from '../parts/work-button.js';
import { isFiltered, NO_FILTER, type DeliveryFilter } from './delivery-filter.js';
import { DeliveryTable, type DeliveryTableProps } from './delivery-table.js';

interface DeliveryListProps extends Omit<DeliveryTableProps, 'deliveries'> {
  list: ReturnType<typeof useDeliveries>;
  filter: DeliveryFilter;
  onFilter: (filter: DeliveryFilter) => void;
  /** What else is asked again with the list. */
  onRetry: () => void;
}

export function DeliveryList({ list, filter, onFilter, onRetry, ...table }: DeliveryListProps) {
  const { data, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  const failed = useFailure(list);
  const deliveries = data?.pages.flatMap(({ items }) => items);
  const failure = failed && <ProblemAlert {...failed} onRetry={() => { void (isFetchNextPageError ? fetchNextPage() : refetch()); onRetry(); }} />;
  if (!deliveries) return failure ?? <Loading />;
  if (failure && deliveries.length === 0) return failure;
  if (deliveries.length === 0 && hasNextPage) return <NoneSoFar busy={isFetchingNextPage} onGoOn={() => void fetchNextPage()} />;
  if (deliveries.length === 0) return <Empty filter={filter} onFilter={onFilter} />;
  return (
    <Stack>
      {/* what is shown is not true any more, which is not to be looked for below a long list */}
      {!isFetchNextPageError && failure}
      <DeliveryTable deliveries={deliveries} {...table} />
      {isFetchNextPageError && failure}
      <Group justify="center" gap="sm">
        <Text size="sm" c="dimmed">{`${deliveries.length} shown`}</Text>
        {hasNextPage && <WorkButton variant="default" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show more</WorkButton>}
      </Group>
    </Stack>
  );
}

/** The server looks through very many a part at a time. */
function NoneSoFar({ busy, onGoOn }: { busy: boolean; onGoOn: () => void }) {
  return (
    <Stack align="flex-start" gap="xs">
      <Text>None of the newest deliveries matches these filters.</Text>
      <WorkButton variant="default" busy={busy} onClick={onGoOn}>Look at older ones</WorkButton>
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
  if (filter.state.length > 0) return <Text>No delivery is in this state.</Text>;
  return <Text>Nothing has been sent yet. Open one of the <Anchor component={Link} to="/issues" underline="always">Active Issues</Anchor> and choose Send to Slack.</Text>;
}

function Loading() {
  return (
    <Stack gap="xs" aria-label="Loading" role="img">
      {Array.from({ length: 8 }, (_, row) => <Skeleton key={row} height={36} />)}
    </Stack>
  );
}
