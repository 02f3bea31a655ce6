/** A test message takes the same way as every other, and is followed to its end. */
import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import type { Connection } from '@tocsin/contracts';
import type { Destination } from '@tocsin/domain';

import { useSendTestMessage } from '../api/connections.js';
import type { FoundDestination } from '../api/destinations.js';
import { newIdempotencyKey } from '../api/idempotency-key.js';
import { DestinationPicker } from '../destinations/destination-picker.js';
import { labelOf } from '../destinations/destination-words.js';
import { Dialog } from '../parts/dialog.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { FollowDelivery } from '../send/follow-delivery.js';
import { useClaims } from '../session/session.js';

export function TestMessageDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const mine = useClaims()?.user ?? '';
  const [toMe, setToMe] = useState(false);
  const [picked, setPicked] = useState<FoundDestination>();
  const [idempotencyKey, setKey] = useState(newIdempotencyKey);
  const send = useSendTestMessage(connection.id);
  const to = toMe ? { destination: { email: mine }, label: mine } : picked && { destination: { id: picked.id }, label: labelOf(picked) };
  const again = (): void => {
    setKey(newIdempotencyKey());
    send.reset();
  };
  const submit = (destination: Destination): void => { if (!send.isPending) send.mutate({ destination, idempotencyKey }); };
  if (send.data && to) return <Dialog onClose={onClose} title="Send a test message"><FollowDelivery deliveryId={send.data.deliveryId} to={to.label} onAgain={again} onClose={onClose} /></Dialog>;
  return (
    <Dialog onClose={onClose} title="Send a test message">
      <form onSubmit={(event) => { event.preventDefault(); if (to) submit(to.destination); }}>
        <Stack>
          <Silence connection={connection} />
          {mine.includes('@') && (
            <Radio.Group label="To" value={toMe ? 'me' : 'other'} onChange={(who) => { setToMe(who === 'me'); again(); }}>
              <Group gap="md" mt={4}>
                <Radio value="other" label="A channel or person" />
                <Radio value="me" label={`Me (${mine})`} />
              </Group>
            </Radio.Group>
          )}
          {!toMe && <DestinationPicker connectionId={connection.id} value={picked} onChange={(found) => { setPicked(found); again(); }} autoFocus />}
          {send.error && <ProblemAlert error={send.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>CANCEL</Button>
            <WorkButton type="submit" busy={send.isPending} disabled={!to}>SEND</WorkButton>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** A message that will wait is no surprise. */
function Silence({ connection: { health, paused } }: { connection: Connection }) {
  if (health.state === 'revoked') return <Text size="sm">The connection is lost: the message waits until the workspace is connected again.</Text>;
  return paused && <Text size="sm">The connection is paused: the message waits until it is resumed.</Text>;
}
