/** Above every page: connections over which nothing is sent, how much waits for them, and the way to what can be done. */
import { Anchor, Group, Text } from '@mantine/core';
import { Link, useLocation } from 'react-router';

import type { Connection } from '@tocsin/contracts';

import { useConnectionMessages } from '../api/connection-messages.js';
import { useConnections } from '../api/connections.js';
import { waitingWords } from '../connectors/connection-words.js';
import { useMayListConnections } from '../connectors/may-list-connections.js';
import { Notice } from '../parts/notice.js';
import { TimeAgo } from '../parts/time-ago.js';
import { useCan } from '../session/session.js';
import { silentConnections } from './silent-connections.js';

export function ConnectionBanners() {
  const allowed = useMayListConnections();
  const { pathname } = useLocation();
  const { data = [] } = useConnections({ enabled: allowed });
  // its own page says it all
  const { lost, paused } = silentConnections(data.filter(({ id }) => !pathname.startsWith(pathOf(id))));
  return (
    <>
      {lost.length > 0 && <Banner color="red" title={lost.length === 1 ? 'Slack connection lost' : `${lost.length} Slack connections lost`} connections={lost} />}
      {paused.length > 0 && <Banner color="orange" title={paused.length === 1 ? 'Slack connection paused' : `${paused.length} Slack connections paused`} connections={paused} />}
    </>
  );
}

function Banner({ color, title, connections }: { color: string; title: string; connections: readonly Connection[] }) {
  return (
    <Notice color={color} role="status" title={title} mb="md">
      <ul className="plain-list tight">{connections.map((connection) => <li key={connection.id}><Line connection={connection} /></li>)}</ul>
    </Notice>
  );
}

function Line({ connection: { id, workspace, health } }: { connection: Connection }) {
  const mayRead = useCan('deliveries:read');
  const { data } = useConnectionMessages(id, { enabled: mayRead });
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm">
        <b>{workspace.name}</b>
        {health.state === 'revoked' ? <>{': nothing has been sent since '}<time dateTime={health.since}>{new Date(health.since).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}</time>{' ('}<TimeAgo at={health.since} spoken />{'). '}</> : ': nothing is sent. '}
        {data && `${waitingWords(data.waiting)} and ${data.waiting === 1 ? 'goes' : 'go'} out by ${data.waiting === 1 ? 'itself' : 'themselves'} once it ${health.state === 'revoked' ? 'is connected again' : 'is resumed'}.`}
      </Text>
      <Anchor component={Link} to={pathOf(id)} size="sm" underline="always" aria-label={`Open connector ${workspace.name}`}>Open connector</Anchor>
    </Group>
  );
}

function pathOf(id: string): string {
  return `/connectors/slack/${encodeURIComponent(id)}`;
}
