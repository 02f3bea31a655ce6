/** Connectors › Dev Alerts › Slack: the connected workspaces, and *Configure your Slack credentials*. */
import { Anchor, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';

import { useConnections } from '../api/connections.js';
import { NeedsPermission } from '../parts/needs-permission.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useCan } from '../session/session.js';
import { Page } from '../shell/page.js';
import { ConnectReturn } from './connect-return.js';
import { ConnectionCard } from './connection-card.js';
import { Credentials } from './credentials.js';
import { useMayListConnections } from './may-list-connections.js';

export function SlackPage() {
  const mayConfigure = useCan('connectors:configure');
  return (
    <Page title="Slack" path="Connectors › Dev Alerts" tabTitle="Slack · Connectors" aside={<Anchor component={Link} to="/connectors" size="sm" underline="always">All connectors</Anchor>}>
      <ConnectReturn />
      {!mayConfigure && <NeedsPermission permission="connectors:configure" to="change anything here" />}
      <Workspaces />
      <Stack component="section" gap="sm" aria-label="Configure your Slack credentials">
        <Title order={2} size="h4">Configure your Slack credentials</Title>
        <Credentials disabled={!mayConfigure} />
      </Stack>
    </Page>
  );
}

function Workspaces() {
  const allowed = useMayListConnections();
  const { data, error, refetch } = useConnections({ enabled: allowed });
  if (!allowed) return null;
  return (
    <Stack component="section" gap="sm" aria-label="Connected workspaces">
      <Title order={2} size="h4">Connected workspaces</Title>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={24} />}
      {data?.length === 0 && <Text c="dimmed">None yet. Connect the first one below.</Text>}
      {data?.map((connection) => <ConnectionCard key={connection.id} connection={connection} />)}
    </Stack>
  );
}
