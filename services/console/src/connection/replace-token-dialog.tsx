/** A new token for the same workspace; destinations and workflows stay. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import type { Connection } from '@tocsin/contracts';

import { ApiProblem } from '../api/client.js';
import { useConnectionAction } from '../api/connections.js';
import { Dialog } from '../parts/dialog.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { CheckList } from '../connectors/check-list.js';
import { SecretInput } from '../connectors/secret-input.js';

export function ReplaceTokenDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const [token, setToken] = useState('');
  const action = useConnectionAction(connection.id);
  const checks = action.error instanceof ApiProblem ? action.error.problem.checks : undefined;
  return (
    <Dialog onClose={onClose} title={`Replace the token of ${connection.workspace.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); action.mutate({ kind: 'replace-token', token }, { onSuccess: onClose }); }}>
        <Stack>
          <Text size="sm">{`The present one ends with ${connection.token.hint}. The new one must belong to the same workspace; it is checked before it takes its place.`}</Text>
          <SecretInput label="New token" value={token} onChange={(value) => { setToken(value); action.reset(); }} />
          {checks ? <CheckList checks={checks} ok={false} /> : action.error && <ProblemAlert error={action.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>CANCEL</Button>
            <WorkButton type="submit" busy={action.isPending} disabled={token === ''}>REPLACE</WorkButton>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
