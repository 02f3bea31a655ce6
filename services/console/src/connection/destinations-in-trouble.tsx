/** What does not work of a connection: places that messages go to and that Slack no longer takes messages for. */
import { Anchor, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';

import { useUsedDestinations, type UsedDestination } from '../api/used-destinations.js';
import { labelOf } from '../destinations/destination-words.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { TimeAgo } from '../parts/time-ago.js';
import { WorkButton } from '../parts/work-button.js';
import { waitingWords } from '../connectors/connection-words.js';

const STATE = 'needs_attention';

export function TroubleCount({ connectionId }: { connectionId: string }) {
  const { data, error } = useUsedDestinations(connectionId, { state: STATE });
  if (error) return 'not known at the moment';
  if (!data) return '…';
  const count = data.pages.reduce((sum, { items }) => sum + items.length, 0);
  return count === 0 ? 'none' : `${count}${data.pages.at(-1)?.nextCursor == null ? '' : ' or more'}`;
}

export function DestinationsInTrouble({ connectionId }: { connectionId: string }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useUsedDestinations(connectionId, { state: STATE });
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0 && !error) return null;
  return (
    <Stack gap="xs" component="section" aria-label="Destinations that need attention">
      <Title order={2} size="h5">Destinations that need attention</Title>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      <ul className="plain-list">{items.map((item) => <li key={item.id}><Trouble connectionId={connectionId} destination={item} /></li>)}</ul>
      {hasNextPage && <div><WorkButton size="xs" variant="default" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show more</WorkButton></div>}
    </Stack>
  );
}

function Trouble({ connectionId, destination: { id, kind, name, health, lastPostedAt, waiting } }: { connectionId: string; destination: UsedDestination }) {
  return (
    <Paper withBorder p="sm">
      <Text size="sm" fw={600}>{labelOf({ id, kind, name: name ?? '' })}</Text>
      <Text size="sm">{health.reason}</Text>
      {health.remedy !== undefined && <Text size="sm" fw={600}>{health.remedy}</Text>}
      <Text size="xs" c="dimmed" mt={4}>
        {'First seen '}<TimeAgo at={health.since} spoken />
        {lastPostedAt !== undefined && <>{' · last message '}<TimeAgo at={lastPostedAt} spoken /></>}
        {waiting > 0 && ` · ${waitingWords(waiting)}`}{' · '}
        <Anchor component={Link} to={`/deliveries?${new URLSearchParams({ connectionId, destination: id }).toString()}`} size="xs" underline="always">Its deliveries</Anchor>
      </Text>
    </Paper>
  );
}
