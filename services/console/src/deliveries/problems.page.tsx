/** Problems: what was not sent, grouped by its reason, and the dead letters of the bus; one action for each group. */
import { Stack, Text, Title } from '@mantine/core';

import { NeedsPermission } from '../parts/needs-permission.js';
import { useCan } from '../session/session.js';
import { DeadLetters } from './dead-letters.js';
import { DeliveriesFrame } from './deliveries-frame.js';
import { ReasonGroups } from './reason-groups.js';

export function ProblemsPage() {
  const mayRead = useCan('deliveries:read');
  const ofOrganization = useCan('deliveries:replay');
  const ofAll = useCan('operations:read');
  return (
    <DeliveriesFrame tabTitle="Problems · Deliveries">
      <Stack component="section" gap="sm" aria-label="Not sent">
        <Title order={2} size="h4">Not sent</Title>
        {mayRead ? <ReasonGroups /> : <NeedsPermission permission="deliveries:read" to="see what was not sent" />}
      </Stack>
      <Stack component="section" gap="sm" aria-label="Dead letters">
        <Title order={2} size="h4">Dead letters</Title>
        <Text size="sm" c="dimmed">Messages between services that could not be understood or handled. Nothing else was held up by them. Replay them after the cause is mended.</Text>
        {ofOrganization || ofAll ? <DeadLetters /> : <NeedsPermission permission="deliveries:replay" to="see dead letters" />}
      </Stack>
    </DeliveriesFrame>
  );
}
