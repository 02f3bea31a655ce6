/** What a connection has sent last, and what waits for it. */
import { Anchor } from '@mantine/core';
import { Link } from 'react-router';

import { useConnectionMessages } from '../api/connection-messages.js';
import { TimeAgo } from '../parts/time-ago.js';
import { useCan } from '../session/session.js';

const NOT_ALLOWED = 'needs the permission deliveries:read';

export function LastMessage({ connectionId }: { connectionId: string }) {
  const mayRead = useCan('deliveries:read');
  const { data, error } = useConnectionMessages(connectionId, { enabled: mayRead });
  if (!mayRead) return NOT_ALLOWED;
  if (error) return 'not known at the moment';
  if (!data) return '…';
  if (data.isLastPostedOlder) return 'none lately';
  return data.lastPostedAt === undefined ? 'none yet' : <TimeAgo at={data.lastPostedAt} spoken />;
}

export function Waiting({ connectionId }: { connectionId: string }) {
  const mayRead = useCan('deliveries:read');
  const { data, error } = useConnectionMessages(connectionId, { enabled: mayRead });
  if (!mayRead) return NOT_ALLOWED;
  if (error) return 'not known at the moment';
  if (!data) return '…';
  if (data.waiting === 0) return 'nothing';
  return <Anchor component={Link} to={waitingPath(connectionId)} size="sm" underline="always">{`${data.waiting.toLocaleString('en')} ${data.waiting === 1 ? 'message' : 'messages'}`}</Anchor>;
}

/** The list of what waits. */
export function waitingPath(connectionId: string): string {
  return `/deliveries?${new URLSearchParams([['state', 'accepted'], ['state', 'waiting'], ['connectionId', connectionId]]).toString()}`;
}
