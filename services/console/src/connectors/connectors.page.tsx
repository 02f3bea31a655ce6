/** Connectors: what issues can be told through, and how each stands. */
import { Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';

import type { Connection } from '@tocsin/contracts';

import { useConnections } from '../api/connections.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { Page } from '../shell/page.js';
import { HealthMark, type CardState } from './health-mark.js';
import { useMayListConnections } from './may-list-connections.js';

export function ConnectorsPage() {
  const allowed = useMayListConnections();
  const { data, error, refetch } = useConnections({ enabled: allowed });
  return (
    <Page title="Connectors">
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      <Stack gap="sm" component="section" aria-label="Dev Alerts">
        <Title order={2} size="h4">Dev Alerts</Title>
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          <SlackCard connections={data} known={allowed && !error} />
        </SimpleGrid>
      </Stack>
    </Page>
  );
}

function SlackCard({ connections, known }: { connections: readonly Connection[] | undefined; known: boolean }) {
  return (
    <Card component={Link} to="/connectors/slack" withBorder padding="lg" aria-label="Slack" className="card-link" mih={150}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={3} size="h5">Slack</Title>
          {known && connections && <HealthMark state={worstOf(connections)} />}
        </Group>
        <Text size="sm" c="dimmed">Sends issues to channels and people.</Text>
        {connections?.map(({ id, workspace, bot }) => <Text key={id} size="sm">{`${workspace.name} as @${bot.name}`}</Text>)}
      </Stack>
    </Card>
  );
}

function worstOf(connections: readonly Connection[]): CardState {
  if (connections.length === 0) return 'not_configured';
  const states = connections.map(({ health }) => health.state);
  return states.find((state) => state === 'revoked') ?? states.find((state) => state === 'needs_attention') ?? 'connected';
}
