/** The list of issues and all that it can be instead: loading, failed, empty for ever, empty by filter. */
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';

import { ISSUE_STATUSES } from '@tocsin/domain';

import { useFacets, type useIssues } from '../api/issues.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFailure } from '../parts/use-failure.js';
import { WorkButton } from '../parts/work-button.js';
import { isFiltered, NO_FILTER, type IssueFilter } from './issue-filter.js';
import { IssueTable, type IssueTableProps } from './issue-table.js';
import { NoIssuesYet } from './no-issues-yet.js';

interface IssueListProps extends Omit<IssueTableProps, 'issues' | 'busy'> {
  list: ReturnType<typeof useIssues>;
}

export function IssueList({ list, filter, onFilter, ...table }: IssueListProps) {
  const { data, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  const failed = useFailure(list);
  const issues = data?.pages.flatMap(({ items }) => items);
  const failure = failed && <ProblemAlert {...failed} onRetry={() => void (isFetchNextPageError ? fetchNextPage() : refetch())} />;
  if (!issues) return failure ?? <Loading />;
  if (failure && issues.length === 0) return failure;
  if (issues.length === 0) return <Empty filter={filter} onFilter={onFilter} />;
  return (
    <Stack>
      {!isFetchNextPageError && failure}
      <IssueTable busy={list.isPlaceholderData} issues={issues} filter={filter} onFilter={onFilter} {...table} />
      {isFetchNextPageError && failure}
      <Group justify="center" gap="sm">
        <Text size="sm" c="dimmed">{`${issues.length} shown`}</Text>
        {hasNextPage && <WorkButton variant="default" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show more</WorkButton>}
      </Group>
    </Stack>
  );
}

function Empty({ filter, onFilter }: { filter: IssueFilter; onFilter: (filter: IssueFilter) => void }) {
  if (!isFiltered(filter)) return <NothingOpen onShowAll={() => { onFilter({ ...filter, status: [] }); }} />;
  return (
    <Stack align="flex-start" gap="xs">
      <Text>No issue matches these filters.</Text>
      <Button variant="default" onClick={() => { onFilter({ ...NO_FILTER, sort: filter.sort }); }}>Clear filters</Button>
    </Stack>
  );
}

/** Everything is settled, or nothing has ever arrived: the two must not look alike. */
function NothingOpen({ onShowAll }: { onShowAll: () => void }) {
  const { data: facets } = useFacets(ISSUE_STATUSES);
  if (!facets) return <Loading />;
  if (Object.keys(facets.status ?? {}).length === 0) return <NoIssuesYet />;
  return (
    <Stack align="flex-start" gap="xs">
      <Text>No issue is open.</Text>
      <Button variant="default" onClick={onShowAll}>Show resolved and excluded issues</Button>
    </Stack>
  );
}

function Loading() {
  return (
    <Stack gap="xs" aria-label="Loading" role="img">
      {Array.from({ length: 8 }, (_, row) => <Skeleton key={row} height={36} />)}
    </Stack>
  );
}
