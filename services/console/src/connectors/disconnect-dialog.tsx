/** Disconnecting says first what will stop. */
import { Button, Group, Stack, Text } from '@mantine/core';

import type { Connection } from '@tocsin/contracts';

import { useConnectionAction } from '../api/connections.js';
import { Dialog } from '../parts/dialog.js';
import { ProblemAlert } from '../parts/problem-alert.js';

export function DisconnectDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const action = useConnectionAction(connection.id);
  return (
    <Dialog onClose={onClose} title={`Disconnect ${connection.workspace.name}?`}>
      <Stack>
        <Text size="sm">Nothing more is sent to this workspace. Deliveries that wait are held for seven days; connect the same workspace again within that time and they go out.</Text>
        {action.error && <ProblemAlert error={action.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>CANCEL</Button>
          <Button color="red" loading={action.isPending} onClick={() => { action.mutate({ kind: 'disconnect' }, { onSuccess: onClose }); }}>DISCONNECT</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
