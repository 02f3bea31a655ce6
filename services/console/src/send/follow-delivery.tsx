/** Follows a delivery to its end: the link to the message, or the reason why not and what to do. */
import { Anchor, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';

import type { Delivery } from '@tocsin/contracts';

import { Notice } from '../parts/notice.js';
import { isSettled, useDelivery } from '../api/deliveries.js';
import { DeliveryOutcome } from '../deliveries/delivery-outcome.js';
import { StateMark } from '../deliveries/delivery-state.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFailure } from '../parts/use-failure.js';
import { useCan } from '../session/session.js';

interface FollowDeliveryProps {
  deliveryId: string;
  /** Where it goes, as it was picked. */
  to: string;
  onAgain?: () => void;
  onClose?: () => void;
}

export function FollowDelivery({ deliveryId, to, onAgain, onClose }: FollowDeliveryProps) {
  const mayFollow = useCan('deliveries:read');
  const done = useRef<HTMLButtonElement>(null);
  // the button that was pressed to send has gone
  useEffect(() => { done.current?.focus(); }, []);
  return (
    <Stack>
      <div role="status">
        {mayFollow ? <Followed deliveryId={deliveryId} to={to} onAgain={onAgain} /> : <Text>{`Accepted for ${to}. To follow it you need the permission deliveries:read.`}</Text>}
      </div>
      {onClose && (
        <Group justify="flex-end">
          <Anchor component={Link} to="/deliveries" size="sm" mr="auto" underline="always">All deliveries</Anchor>
          <Button variant="default" onClick={onClose} ref={done}>DONE</Button>
        </Group>
      )}
    </Stack>
  );
}

function Followed({ deliveryId, to, onAgain }: { deliveryId: string; to: string; onAgain: (() => void) | undefined }) {
  const query = useDelivery(deliveryId);
  const { data: delivery } = query;
  const failure = useFailure(query);
  if (failure) return <ProblemAlert {...failure} />;
  if (!delivery || !isSettled(delivery)) {
    return (
      <Group gap="sm" align="flex-start" wrap="nowrap">
        <Loader size="sm" mt={2} />
        <div>
          <Text>{`On its way to ${to}.`}</Text>
          {delivery && <Group gap="xs"><StateMark state={delivery.state} /><DeliveryOutcome delivery={delivery} /></Group>}
        </div>
      </Group>
    );
  }
  return <Settled delivery={delivery} to={to} onAgain={onAgain} />;
}

function Settled({ delivery, to, onAgain }: { delivery: Delivery; to: string; onAgain: (() => void) | undefined }) {
  const posted = delivery.state === 'posted';
  return (
    <Notice color={posted ? 'green' : 'red'} title={posted ? `Posted to ${to}` : `Not posted to ${to}`}>
      <Stack gap="xs" align="flex-start">
        <StateMark state={delivery.state} />
        <div><DeliveryOutcome delivery={delivery} /></div>
        {!posted && onAgain && <Button size="xs" variant="default" onClick={onAgain}>Choose another destination</Button>}
      </Stack>
    </Notice>
  );
}
