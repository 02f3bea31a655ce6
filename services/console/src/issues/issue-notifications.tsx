/** What was sent to Slack about an issue, and where. */
import { Group, Stack, Text, Title } from '@mantine/core';

import { useDeliveries } from '../api/deliveries.js';
import { DeliveryOutcome } from '../deliveries/delivery-outcome.js';
import { StateMark } from '../deliveries/delivery-state.js';
import { destinationName } from '../deliveries/delivery-words.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFailure } from '../parts/use-failure.js';
import { TimeAgo } from '../parts/time-ago.js';
import { useCan } from '../session/session.js';

export function IssueNotifications({ issueId }: { issueId: string }) {
  const allowed = useCan('deliveries:read');
  const query = useDeliveries({ issueId }, { enabled: allowed });
  const { data } = query;
  const failure = useFailure(query);
  const deliveries = data?.pages.flatMap(({ items }) => items);
  return (
    <section aria-label="Notifications">
      <Title order={3} size="h6" mb={4}>Notifications</Title>
      {!allowed && <Text size="sm">To see them you need the permission deliveries:read.</Text>}
      {failure && <ProblemAlert {...failure} />}
      {deliveries?.length === 0 && <Text size="sm" c="dimmed">Nothing has been sent about this issue yet.</Text>}
      <Stack gap="xs">
        {deliveries?.map((delivery) => (
          <div key={delivery.id}>
            <Group gap="xs">
              <StateMark state={delivery.state} />
              <Text span size="sm" fw={600}>{destinationName(delivery)}</Text>
              <Text span size="sm" c="dimmed"><TimeAgo at={delivery.createdAt} /></Text>
            </Group>
            <DeliveryOutcome delivery={delivery} />
          </div>
        ))}
      </Stack>
    </section>
  );
}
