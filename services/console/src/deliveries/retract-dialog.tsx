/** Deleting from Slack what was posted to the wrong place. */
import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import type { Delivery } from '@tocsin/contracts';

import { useRetract } from '../api/delivery-actions.js';
import { Dialog } from '../parts/dialog.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { destinationName } from './delivery-words.js';

export function RetractDialog({ delivery, onClose }: { delivery: Delivery; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const retract = useRetract(delivery.id);
  return (
    <Dialog onClose={onClose} title={`Delete from ${destinationName(delivery)}?`}>
      <form onSubmit={(event) => { event.preventDefault(); retract.mutate(reason.trim() === '' ? {} : { reason: reason.trim() }, { onSuccess: onClose }); }}>
        <Stack>
          <Text size="sm">The message is deleted in Slack for everybody. Whoever has read it has read it. The delivery stays here, with what happened to it.</Text>
          <Textarea label="Reason" placeholder="Optional. For the audit log." value={reason} onChange={(event) => { setReason(event.currentTarget.value); }} maxLength={2000} autosize minRows={1} maxRows={5} />
          {retract.error && <ProblemAlert error={retract.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} data-autofocus>CANCEL</Button>
            <WorkButton type="submit" color="red" busy={retract.isPending}>DELETE</WorkButton>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
