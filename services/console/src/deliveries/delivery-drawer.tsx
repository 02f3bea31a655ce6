/** The open delivery: what became of it, its timeline, the very message, and what can be done with it. */
import { Drawer, Group, Skeleton, Stack, Title } from '@mantine/core';
import { useState } from 'react';

import type { Delivery } from '@tocsin/contracts';

import { useDelivery } from '../api/deliveries.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFailure } from '../parts/use-failure.js';
import { useFocusBack } from '../parts/use-focus-back.js';
import { DeliveryActions, type DeliveryDialog } from './delivery-actions.js';
import { DeliveryFacts } from './delivery-facts.js';
import { DeliveryMessageView } from './delivery-message.js';
import { DeliveryOutcome } from './delivery-outcome.js';
import { StateMark } from './delivery-state.js';
import { DeliveryTimeline } from './delivery-timeline.js';
import { titleOf } from './delivery-words.js';
import { DigestMembers } from './digest-members.js';
import { ReplayDialog } from './replay-dialog.js';
import { RetractDialog } from './retract-dialog.js';

/** The stream tells of changes; this is the net under it. */
const NET_MS = 2_000;

export function DeliveryDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useDelivery(id, { everyMs: NET_MS });
  const { data: delivery } = query;
  const failure = useFailure(query);
  const [dialog, setDialog] = useState<DeliveryDialog>();
  useFocusBack();
  const closeDialog = (): void => { setDialog(undefined); };
  return (
    <>
      {/* a dialog lies on top, which Esc is for */}
      <Drawer opened onClose={onClose} closeOnEscape={dialog === undefined} position="right" size={620} title="Delivery" closeButtonProps={{ 'aria-label': 'Close the delivery' }}>
        {failure && <ProblemAlert {...failure} />}
        {!delivery && !failure && <Skeleton height={320} />}
        {delivery && <OpenDelivery delivery={delivery} onDialog={setDialog} />}
      </Drawer>
      {delivery && dialog === 'replay' && <ReplayDialog delivery={delivery} onClose={closeDialog} />}
      {delivery && dialog === 'retract' && <RetractDialog delivery={delivery} onClose={closeDialog} />}
    </>
  );
}

function OpenDelivery({ delivery, onDialog }: { delivery: Delivery; onDialog: (dialog: DeliveryDialog) => void }) {
  return (
    <Stack gap="lg">
      <Stack gap="xs">
        <Title order={2} size="h4">{titleOf(delivery)}</Title>
        <Group gap="sm" role="status"><StateMark state={delivery.state} /></Group>
        <div><DeliveryOutcome delivery={delivery} /></div>
      </Stack>
      <DeliveryActions delivery={delivery} onDialog={onDialog} />
      <DeliveryFacts delivery={delivery} />
      <DeliveryTimeline delivery={delivery} />
      {delivery.source.kind === 'digest' && <DigestMembers digestId={delivery.id} />}
      <DeliveryMessageView delivery={delivery} />
    </Stack>
  );
}
