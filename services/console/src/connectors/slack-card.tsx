/** Slack among the connectors: each connected workspace with how it stands, what it sent last and what waits for it. */
import { Anchor, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';

import type { Connection } from '@tocsin/contracts';

import { worstOf } from './connection-words.js';
import { HealthMark, HealthMarks } from './health-mark.js';
import { LastMessage, Waiting } from './message-facts.js';

const SLACK = '/connectors/slack';

/** @param connections undefined while they are not known, or not for this person to know */
export function SlackCard({ connections }: { connections: readonly Connection[] | undefined }) {
  const isEmpty = connections?.length === 0;
  return (
    <Card withBorder padding="lg" component="article" aria-label="Slack" mih={150}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between">
          <Title order={3} size="h5"><Anchor component={Link} to={SLACK} inherit c="inherit" underline="hover">Slack</Anchor></Title>
          {connections && <HealthMark state={worstOf(connections.map(({ health }) => health.state)) ?? 'not_configured'} />}
        </Group>
        <Text size="sm" c="dimmed">Sends issues to channels and people.</Text>
        {connections && !isEmpty && <ul className="workspace-list" aria-label="Connected workspaces">{connections.map((connection) => <WorkspaceLine key={connection.id} connection={connection} />)}</ul>}
        <Group mt="auto"><Button component={Link} to={SLACK} size="xs" variant={isEmpty ? 'filled' : 'default'}>{isEmpty ? 'Connect a workspace' : 'Configure'}</Button></Group>
      </Stack>
    </Card>
  );
}

function WorkspaceLine({ connection }: { connection: Connection }) {
  const { id, workspace, bot } = connection;
  return (
    <li>
      <Group justify="space-between" gap="xs">
        <div>
          <Anchor component={Link} to={`${SLACK}/${encodeURIComponent(id)}`} size="sm" fw={600} underline="always">{workspace.name}</Anchor>
          <Text span size="sm" c="dimmed">{` as @${bot.name}`}</Text>
        </div>
        <HealthMarks connection={connection} />
      </Group>
      <Text size="sm" c="dimmed" component="div">{'Last message: '}<LastMessage connectionId={id} />{' · Waiting: '}<Waiting connectionId={id} /></Text>
    </li>
  );
}
