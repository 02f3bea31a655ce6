/** Connectors: what issues can be told through, and how each stands. */
import { SimpleGrid, Stack, Title } from '@mantine/core';

import { useConnections } from '../api/connections.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { Page } from '../shell/page.js';
import { useMayListConnections } from './may-list-connections.js';
import { SlackCard } from './slack-card.js';

export function ConnectorsPage() {
  const allowed = useMayListConnections();
  const { data, error, refetch } = useConnections({ enabled: allowed });
  return (
    <Page title="Connectors">
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      <Stack gap="sm" component="section" aria-label="Dev Alerts">
        <Title order={2} size="h4">Dev Alerts</Title>
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <SlackCard connections={allowed ? data : undefined} />
        </SimpleGrid>
      </Stack>
    </Page>
  );
}
