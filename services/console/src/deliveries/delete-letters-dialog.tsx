/** Deleting dead letters cannot be taken back, so it is asked first. */
import { Button, Group, Stack, Text } from '@mantine/core';

import { Dialog } from '../parts/dialog.js';

interface DeleteLettersDialogProps {
  /** How many, in words. */
  what: string;
  onDelete: () => void;
  onClose: () => void;
}

export function DeleteLettersDialog({ what, onDelete, onClose }: DeleteLettersDialogProps) {
  return (
    <Dialog onClose={onClose} title={`Delete ${what}?`}>
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
