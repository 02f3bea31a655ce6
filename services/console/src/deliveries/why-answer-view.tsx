/** The answer to *Why did I not get it?*, with the deliveries that it is drawn from. */
import { Anchor, Group, List, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';

import type { Delivery } from '@tocsin/contracts';

import { ApiProblem } from '../api/client.js';
import { useConnections } from '../api/connections.js';
import { useDeliveries } from '../api/deliveries.js';
import { useIssue } from '../api/issues.js';
import { usePauses } from '../api/pauses.js';
import { useMayListConnections } from '../connectors/may-list-connections.js';
import { labelOf } from '../destinations/destination-words.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { TimeAgo } from '../parts/time-ago.js';
import { useFailure } from '../parts/use-failure.js';
import { DeliveryOutcome } from './delivery-outcome.js';
import { StateMark } from './delivery-state.js';
import { destinationName, sourceWord, titleOf } from './delivery-words.js';
import { useKnownPlace, type Place } from './place-field.js';
import { NO_ISSUE, whyAnswer, type WhyFacts } from './why-answer.js';

export function WhyAnswerView({ issueId, place }: { issueId: string; place: Place }) {
  const ofIssue = useDeliveries({ issueId });
  const there = useDeliveries({ issueId, destination: place.destination, connectionId: place.connectionId });
  const { issue, asking } = useIssueIfAny(issueId);
  const { data: pauses = [] } = usePauses();
  const { data: connections = [] } = useConnections({ enabled: useMayListConnections() });
  const { known } = useKnownPlace(place, connections);
  const failures = [useFailure(there), useFailure(ofIssue)];
  const failure = failures.find((one) => one !== undefined);
  const alert = failure && <ProblemAlert {...failure} onRetry={() => { void there.refetch(); void ofIssue.refetch(); }} />;
  if (!there.data || !ofIssue.data || asking) return alert ?? <Skeleton height={120} />;
  const here = there.data.pages.flatMap(({ items }) => items);
  const elsewhere = ofIssue.data.pages.flatMap(({ items }) => items).filter(({ id }) => !here.some((delivery) => delivery.id === id));
  const to = known ? labelOf(known) : here[0] ? destinationName(here[0]) : place.destination;
  const connection = connections.find(({ id }) => id === place.connectionId);
  const { good, headline, next } = whyAnswer({ issue, to, destination: known, connection, here, elsewhere, pauses });
  return (
    <Stack component="section" aria-label="Answer">
      {alert}
      <Notice color={good ? 'green' : 'orange'} role="status" title={headline}>
        {next.length > 0 && <List size="sm">{next.map((text) => <List.Item key={text}>{text}</List.Item>)}</List>}
      </Notice>
      <Told title={`To ${to}`} deliveries={here} />
      <Told title="Elsewhere" deliveries={elsewhere} />
      <Group gap="md">
        {issue !== NO_ISSUE && <Anchor component={Link} to={`/issues/${encodeURIComponent(issueId)}`} size="sm" underline="always">Open the issue</Anchor>}
        {here.length + elsewhere.length > 0 && <Anchor component={Link} to={`/deliveries?issueId=${encodeURIComponent(issueId)}`} size="sm" underline="always">All deliveries of the issue</Anchor>}
        <Anchor component={Link} to="/deliveries/problems" size="sm" underline="always">Problems</Anchor>
      </Group>
    </Stack>
  );
}

function useIssueIfAny(id: string): { issue: WhyFacts['issue']; asking: boolean } {
  const { data, error, isPending } = useIssue(id);
  const isNone = error instanceof ApiProblem && error.problem.status === 404;
  return { issue: isNone ? NO_ISSUE : data, asking: isPending };
}

function Told({ title, deliveries }: { title: string; deliveries: readonly Delivery[] }) {
  if (deliveries.length === 0) return null;
  return (
    <section aria-label={title}>
      <Title order={2} size="h6" mb="xs">{title}</Title>
      <Stack gap="sm">
        {deliveries.map((delivery) => (
          <div key={delivery.id}>
            <Group gap="xs">
              <StateMark state={delivery.state} />
              <Anchor component={Link} to={`/deliveries/${encodeURIComponent(delivery.id)}`} size="sm" underline="always">{titleOf(delivery)}</Anchor>
              <Text span size="sm">{`to ${destinationName(delivery)}`}</Text>
              <Text span size="sm" c="dimmed">{sourceWord(delivery)}</Text>
              <Text span size="sm" c="dimmed"><TimeAgo at={delivery.createdAt} spoken /></Text>
            </Group>
            <DeliveryOutcome delivery={delivery} brief />
          </div>
        ))}
      </Stack>
    </section>
  );
}
