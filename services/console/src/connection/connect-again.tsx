/** Connects a workspace again by the way it was connected: in place, so destinations, workflows and what waits stay. */
import { Button, Group } from '@mantine/core';
import { useState } from 'react';

import type { Connection } from '@tocsin/contracts';

import { renewalOf, useLeaveForSlack } from '../connectors/use-leave-for-slack.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';
import { ReplaceTokenDialog } from './replace-token-dialog.js';

export function ConnectAgain({ connection }: { connection: Connection }) {
  const mayConfigure = useCan('connectors:configure');
  const { leave, isLeaving, error } = useLeaveForSlack();
  const [replacing, setReplacing] = useState(false);
  return (
    <Group gap="xs">
      {connection.method === 'oauth'
        ? <WorkButton size="xs" busy={isLeaving} disabled={!mayConfigure} onClick={() => { leave(renewalOf(connection)); }}>Connect again</WorkButton>
        : <Button size="xs" disabled={!mayConfigure} onClick={() => { setReplacing(true); }}>Connect again</Button>}
      {error && <ProblemAlert error={error} />}
      {replacing && <ReplaceTokenDialog connection={connection} onClose={() => { setReplacing(false); }} />}
    </Group>
  );
}
