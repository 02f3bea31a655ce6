/** What can be done with one delivery. Whatever takes something away is confirmed first. */
import { Button, Group, Stack, Text } from '@mantine/core';

import type { Delivery } from '@tocsin/contracts';

import { useCancel } from '../api/delivery-actions.js';
import { isSettled } from '../api/deliveries.js';
import { CopyText } from '../parts/copyable.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useCan } from '../session/session.js';

export type DeliveryDialog = 'replay' | 'retract';

export function DeliveryActions({ delivery, onDialog }: { delivery: Delivery; onDialog: (dialog: DeliveryDialog) => void }) {
  const mayAct = useCan('deliveries:replay');
  const cancel = useCancel(delivery.id);
  const waits = delivery.state === 'waiting' || delivery.state === 'accepted';
  const link = `${window.location.origin}/deliveries/${encodeURIComponent(delivery.id)}`;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {isSettled(delivery) && <Button size="xs" onClick={() => { onDialog('replay'); }} disabled={!mayAct}>Replay</Button>}
        {waits && <Button size="xs" variant="default" onClick={() => { cancel.mutate(); }} loading={cancel.isPending} disabled={!mayAct}>Cancel</Button>}
        {delivery.state === 'posted' && delivery.slack && <Button size="xs" variant="default" onClick={() => { onDialog('retract'); }} disabled={!mayAct}>Delete from Slack</Button>}
        <CopyText value={link} label="Copy link" />
      </Group>
      {!mayAct && <Text size="sm" c="dimmed">Needs the permission deliveries:replay</Text>}
      {cancel.error && <ProblemAlert error={cancel.error} />}
    </Stack>
  );
}
