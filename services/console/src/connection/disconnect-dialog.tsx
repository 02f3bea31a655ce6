/** Disconnecting says first what will stop. */
import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useNavigate } from 'react-router';

import type { Connection } from '@tocsin/contracts';

import { useConnectionMessages } from '../api/connection-messages.js';
import { useConnectionAction } from '../api/connections.js';
import { useUsedDestinations } from '../api/used-destinations.js';
import { waitingWords } from '../connectors/connection-words.js';
import { labelOf } from '../destinations/destination-words.js';
import { Dialog } from '../parts/dialog.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';

const NAMED = 5;

export function DisconnectDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const { id, workspace, method } = connection;
  const action = useConnectionAction(id);
  const navigate = useNavigate();
  const disconnect = (): void => {
    action.mutate({ kind: 'disconnect' }, { onSuccess: () => void navigate('/connectors/slack') });
  };
  return (
    <Dialog onClose={onClose} title={`Disconnect ${workspace.name}?`}>
      <Stack>
        <List size="sm" spacing={6}>
          <List.Item>Nothing more is sent to this workspace, and messages that were sent are no longer kept up to date.</List.Item>
          <StoppedDestinations connectionId={id} />
          <HeldMessages connectionId={id} />
          <List.Item>{method === 'oauth' ? 'The app is removed from the workspace, unless another organization uses it there.' : 'Our copy of the token is deleted. The app stays in Slack; remove it there if nobody needs it.'}</List.Item>
        </List>
        <Text size="sm">Connect the same workspace again, and its destinations and workflows go on as they were.</Text>
        {action.error && <ProblemAlert error={action.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>CANCEL</Button>
          <WorkButton color="red" busy={action.isPending} onClick={disconnect}>DISCONNECT</WorkButton>
        </Group>
      </Stack>
    </Dialog>
  );
}

function StoppedDestinations({ connectionId }: { connectionId: string }) {
  const { data } = useUsedDestinations(connectionId);
  const used = data?.pages.flatMap(({ items }) => items) ?? [];
  if (used.length === 0) return null;
  const names = used.slice(0, NAMED).map(({ id, kind, name }) => labelOf({ id, kind, name: name ?? '' }));
  const isMore = used.length > NAMED || data?.pages.at(-1)?.nextCursor != null;
  return <List.Item>{`No longer told: ${names.join(', ')}${isMore ? ' and others' : ''}.`}</List.Item>;
}

function HeldMessages({ connectionId }: { connectionId: string }) {
  const mayRead = useCan('deliveries:read');
  const { data } = useConnectionMessages(connectionId, { enabled: mayRead });
  const what = data === undefined ? 'Messages that wait are' : data.waiting === 0 ? 'No message waits now; what still comes is' : `${waitingWords(data.waiting)} and ${data.waiting === 1 ? 'is' : 'are'}`;
  return <List.Item>{`${what} held for seven days. Connect the same workspace again within that time and they go out; after it they are suppressed.`}</List.Item>;
}
