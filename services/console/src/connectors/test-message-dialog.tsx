/** A test message takes the same way as every other, and is followed to its end. */
import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';

import type { Connection } from '@tocsin/contracts';

import { useSendTestMessage } from '../api/connections.js';
import type { FoundDestination } from '../api/destinations.js';
import { newIdempotencyKey } from '../api/idempotency-key.js';
import { DestinationPicker } from '../destinations/destination-picker.js';
import { labelOf } from '../destinations/destination-words.js';
import { Dialog } from '../parts/dialog.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { FollowDelivery } from '../send/follow-delivery.js';

export function TestMessageDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const [destination, setDestination] = useState<FoundDestination>();
  const [idempotencyKey, setKey] = useState(newIdempotencyKey);
  const send = useSendTestMessage(connection.id);
  const again = (): void => {
    setKey(newIdempotencyKey());
    send.reset();
  };
  const choose = (found: FoundDestination | undefined): void => {
    setDestination(found);
    again();
  };
  return (
    <Dialog onClose={onClose} title="Send a test message">
      {send.data && destination
        ? <FollowDelivery deliveryId={send.data.deliveryId} to={labelOf(destination)} onAgain={again} onClose={onClose} />
        : (
            <form onSubmit={(event) => { event.preventDefault(); if (destination) send.mutate({ destination: { id: destination.id }, idempotencyKey }); }}>
              <Stack>
                <DestinationPicker connectionId={connection.id} value={destination} onChange={choose} autoFocus />
                {send.error && <ProblemAlert error={send.error} />}
                <Group justify="flex-end">
                  <Button variant="default" onClick={onClose}>CANCEL</Button>
                  <Button type="submit" loading={send.isPending} disabled={!destination}>SEND</Button>
                </Group>
              </Stack>
            </form>
          )}
    </Dialog>
  );
}
