/** What can be done with a connected workspace. Whatever takes something away is confirmed first. */
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';

import type { Connection } from '@tocsin/contracts';

import { useConnectionAction } from '../api/connections.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useCan } from '../session/session.js';
import { DisconnectDialog } from './disconnect-dialog.js';
import { ReplaceTokenDialog } from './replace-token-dialog.js';
import { TestMessageDialog } from './test-message-dialog.js';

type Dialog = 'test' | 'token' | 'disconnect';

export function ConnectionActions({ connection }: { connection: Connection }) {
  const disabled = !useCan('connectors:configure');
  const action = useConnectionAction(connection.id);
  const [dialog, setDialog] = useState<Dialog>();
  const close = (): void => { setDialog(undefined); };
  const doing = action.isPending ? action.variables.kind : undefined;
  return (
    <>
      <Group gap="xs">
        <Button size="xs" onClick={() => { setDialog('test'); }} disabled={disabled}>Send a test message</Button>
        <Button size="xs" variant="default" onClick={() => { action.mutate({ kind: 'verify' }); }} loading={doing === 'verify'} disabled={disabled}>Re-verify</Button>
        <Button size="xs" variant="default" onClick={() => { setDialog('token'); }} disabled={disabled || connection.method !== 'token'}>Replace token</Button>
        <Button size="xs" variant="default" onClick={() => { action.mutate({ kind: connection.paused ? 'resume' : 'pause' }); }} loading={doing === 'pause' || doing === 'resume'} disabled={disabled}>{connection.paused ? 'Resume' : 'Pause'}</Button>
        <Button size="xs" variant="default" onClick={() => { setDialog('disconnect'); }} disabled={disabled}>Disconnect</Button>
      </Group>
      <Text size="sm" role="status">{action.isSuccess && action.variables.kind === 'verify' ? 'Checked just now.' : ''}</Text>
      {action.error && <ProblemAlert error={action.error} />}
      {dialog === 'test' && <TestMessageDialog connection={connection} onClose={close} />}
      {dialog === 'token' && <ReplaceTokenDialog connection={connection} onClose={close} />}
      {dialog === 'disconnect' && <DisconnectDialog connection={connection} onClose={close} />}
    </>
  );
}
