/** What can be done with one delivery. Whatever takes something away is confirmed first. */
import { Button, Group, Stack, Text } from '@mantine/core';

import type { Delivery } from '@tocsin/contracts';

import { useCancel } from '../api/delivery-actions.js';
import { isSettled } from '../api/deliveries.js';
import { CopyText } from '../parts/copyable.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';
import { ToDelivery, useWorkspace } from './delivery-facts.js';
import { destinationName } from './delivery-words.js';
import { channelInSlack } from './place-in-slack.js';

export type DeliveryDialog = 'replay' | 'retract';

export function DeliveryActions({ delivery, onDialog }: { delivery: Delivery; onDialog: (dialog: DeliveryDialog) => void }) {
  const mayAct = useCan('deliveries:replay');
  const cancel = useCancel(delivery.id);
  const waits = delivery.state === 'waiting';
  const isPosted = delivery.state === 'posted' && delivery.slack !== undefined;
  // sending it again is not what most people came for
  const mayBeThere = delivery.state === 'posted' || delivery.state === 'unconfirmed';
  // what a digest told is taken back with the digest only
  const isItsOwn = delivery.digestId === undefined;
  const channel = channelInSlack(useWorkspace(delivery.connectionId), delivery.destination);
  const link = `${window.location.origin}/deliveries/${encodeURIComponent(delivery.id)}`;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {isSettled(delivery) && <Button size="xs" variant={mayBeThere ? 'default' : 'filled'} onClick={() => { onDialog('replay'); }} disabled={!mayAct}>Replay</Button>}
        {waits && <WorkButton size="xs" variant="default" onClick={() => { cancel.mutate(); }} busy={cancel.isPending} disabled={!mayAct}>Cancel</WorkButton>}
        {isPosted && isItsOwn && <WorkButton size="xs" variant="default" onClick={() => { onDialog('retract'); }} disabled={!mayAct}>Delete from Slack</WorkButton>}
        {/* before it is replayed, somebody has to look */}
        {delivery.state === 'unconfirmed' && channel !== undefined && <Button size="xs" variant="default" component="a" href={channel} target="_blank" rel="noopener noreferrer">{`Look into ${destinationName(delivery)}`}</Button>}
        <CopyText value={link} label="Copy link" />
      </Group>
      {delivery.digestId !== undefined && waits && <Text size="sm">It waits for <ToDelivery id={delivery.digestId}>the digest that tells it</ToDelivery>. Cancelled, it is left out there.</Text>}
      {delivery.digestId !== undefined && isPosted && <Text size="sm">To delete it, delete <ToDelivery id={delivery.digestId}>the digest that tells it</ToDelivery>. Whatever else it tells goes with it.</Text>}
      {!mayAct && <Text size="sm" c="dimmed">Needs the permission deliveries:replay</Text>}
      {cancel.error && <ProblemAlert error={cancel.error} />}
    </Stack>
  );
}
