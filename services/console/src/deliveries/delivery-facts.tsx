/** What is known of a delivery, with the ways to its issues, its digest and its repetitions. */
import { Anchor, Code, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useLocation, useParams } from 'react-router';

import type { Connection, Delivery } from '@tocsin/contracts';

import { useConnections } from '../api/connections.js';
import { useDeliveries } from '../api/deliveries.js';
import { useIssue } from '../api/issues.js';
import { useMayListConnections } from '../connectors/may-list-connections.js';
import { CopyText } from '../parts/copyable.js';
import { TimeAgo } from '../parts/time-ago.js';
import { useCan } from '../session/session.js';
import { destinationName, priorityWord, sourceWord, stateWord } from './delivery-words.js';

/** More issues than these are told by the message itself. */
const MOST_ISSUES = 5;

export function DeliveryFacts({ delivery }: { delivery: Delivery }) {
  const facts = useFacts(delivery).filter(([, value]) => value !== undefined);
  return <dl className="facts">{facts.map(([name, value]) => <div key={name} className="fact"><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

function useFacts(delivery: Delivery): [string, ReactNode][] {
  const { id, issueIds, attempts, priority, createdAt, settledAt, digestId, replayOf } = delivery;
  const workspace = useWorkspace(delivery.connectionId)?.name;
  const replays = useDeliveries({ replayOf: id }).data?.pages.flatMap(({ items }) => items) ?? [];
  return [
    ['Destination', destinationName(delivery)],
    ['Workspace', workspace],
    ['Source', sourceWord(delivery)],
    ['Priority', priorityWord(priority)],
    [issueIds.length === 1 ? 'Issue' : 'Issues', issueIds.length === 0 ? undefined : <Issues key="issues" delivery={delivery} />],
    ['Attempts', attempts],
    ['Accepted', <TimeAgo key="created" at={createdAt} spoken />],
    ['Settled', settledAt === undefined ? undefined : <TimeAgo key="settled" at={settledAt} spoken />],
    ['Told by digest', digestId === undefined ? undefined : <ToDelivery key="digest" id={digestId}>the message that stands for it</ToDelivery>],
    ['Replay of', replayOf === undefined ? undefined : <ToDelivery key="replayed" id={replayOf}>the delivery that it repeats</ToDelivery>],
    ['Replayed as', replays.length === 0 ? undefined : <Stack key="replays" gap={2}>{replays.map((replay) => <ToDelivery key={replay.id} id={replay.id}>{`${destinationName(replay)}: ${stateWord(replay.state)}`}</ToDelivery>)}</Stack>],
    ['Id', <Group key="id" gap="sm"><Code>{id}</Code><CopyText value={id} label="Copy id" /></Group>],
  ];
}

/** Undefined also where connections may not be listed. */
export function useWorkspace(connectionId: string): Connection['workspace'] | undefined {
  const { data } = useConnections({ enabled: useMayListConnections() });
  return data?.find((connection) => connection.id === connectionId)?.workspace;
}

/** From one open delivery to another the list under them stays as it is filtered. */
export function ToDelivery({ id, children }: { id: string; children: ReactNode }) {
  const { search } = useLocation();
  const isOverList = useParams().deliveryId !== undefined;
  return <Anchor component={Link} to={{ pathname: `/deliveries/${encodeURIComponent(id)}`, search: isOverList ? search : '' }} size="sm" underline="always">{children}</Anchor>;
}

function Issues({ delivery: { issueIds, issueCount, title } }: { delivery: Delivery }) {
  const named = issueIds.slice(0, MOST_ISSUES);
  return (
    <Stack gap={2}>
      {named.map((id) => <IssueLink key={id} id={id} title={issueIds.length === 1 ? title : undefined} />)}
      {issueCount > named.length && <Text span size="sm" c="dimmed">{`and ${(issueCount - named.length).toLocaleString('en')} more, in the message below`}</Text>}
    </Stack>
  );
}

function IssueLink({ id, title }: { id: string; title: string | undefined }) {
  const mayRead = useCan('issues:read');
  const { data } = useIssue(id, { enabled: mayRead && title === undefined });
  const words = title ?? data?.title ?? id;
  return mayRead ? <Anchor component={Link} to={`/issues/${encodeURIComponent(id)}`} size="sm" underline="always">{words}</Anchor> : <Text span size="sm">{words}</Text>;
}
