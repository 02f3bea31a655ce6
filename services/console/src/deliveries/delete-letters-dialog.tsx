/** Deleting dead letters cannot be taken back, so it is asked first. */
import { Button, Group, Stack, Text } from '@mantine/core';

import { Dialog } from '../parts/dialog.js';
import { counted } from './delivery-words.js';

interface DeleteLettersDialogProps {
  count: number;
  onDelete: () => void;
  onClose: () => void;
}

export function DeleteLettersDialog({ count, onDelete, onClose }: DeleteLettersDialogProps) {
  return (
    <Dialog onClose={onClose} title={`Delete ${counted(count, 'dead letter')}?`}>
      <Stack>
        <Text size="sm">What they say is lost: it will not be sent, and cannot be replayed any more.</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>KEEP</Button>
          <Button color="red" onClick={() => { onDelete(); onClose(); }}>DELETE</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
