/** The connected workspaces; before the first, what connecting one takes. */
import { List, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';

import { useConnections } from '../api/connections.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useMayListConnections } from './may-list-connections.js';
import { WorkspaceCard } from './workspace-card.js';

/** @param focusedId of the workspace that was connected just now: the focus goes to it once it is there */
export function Workspaces({ focusedId }: { focusedId: string | undefined }) {
  const allowed = useMayListConnections();
  const { data, error, refetch } = useConnections({ enabled: allowed });
  if (!allowed) return null;
  return (
    <Stack component="section" gap="sm" aria-label="Connected workspaces">
      <Title order={2} size="h4">Connected workspaces</Title>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={140} />}
      {data?.length === 0 && <NoneYet />}
      {data && data.length > 0 && (
        <SimpleGrid cols={{ base: 1, lg: data.length > 1 ? 2 : 1 }}>
          {data.map((connection) => <WorkspaceCard key={connection.id} connection={connection} focused={connection.id === focusedId} />)}
        </SimpleGrid>
      )}
    </Stack>
  );
}

function NoneYet() {
  return (
    <div>
      <Text size="sm">None yet. There are two ways to connect the first one:</Text>
      <List size="sm" mt={4} spacing={2}>
        <List.Item><b>IDENTITY PROVIDER</b>: for whoever may install apps in the workspace. Allow the app on Slack’s page, nothing has to be copied.</List.Item>
        <List.Item><b>TOKEN</b>: for whoever has a Slack app of their own, or makes one from our manifest, and copies its token.</List.Item>
      </List>
    </div>
  );
}
