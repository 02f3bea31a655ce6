/** What can be done with a connected workspace. Whatever takes something away is confirmed first. */
import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';

import type { Connection } from '@tocsin/contracts';

import { useConnectionAction, useReverify } from '../api/connections.js';
import { CheckList } from '../connectors/check-list.js';
import { TestMessageDialog } from './test-message-dialog.js';
import { renewalOf, useLeaveForSlack } from '../connectors/use-leave-for-slack.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';
import { DisconnectDialog } from './disconnect-dialog.js';
import { ReplaceTokenDialog } from './replace-token-dialog.js';

type Dialog = 'test' | 'token' | 'disconnect';

export function ConnectionActions({ connection }: { connection: Connection }) {
  const disabled = !useCan('connectors:configure');
  const action = useConnectionAction(connection.id);
  const verify = useReverify(connection.id);
  const slack = useLeaveForSlack();
  const [dialog, setDialog] = useState<Dialog>();
  const close = (): void => { setDialog(undefined); };
  const failure = verify.error ?? action.error ?? slack.error;
  return (
    <Stack gap="sm" component="section" aria-label="What can be done">
      <Group gap="xs">
        <Button size="sm" onClick={() => { setDialog('test'); }} disabled={disabled}>Send a test message</Button>
        <WorkButton size="sm" variant="default" busy={verify.isPending} disabled={disabled} onClick={() => { verify.mutate(); }}>Re-verify</WorkButton>
        {connection.method === 'token'
          ? <Button size="sm" variant="default" onClick={() => { setDialog('token'); }} disabled={disabled}>Replace token</Button>
          : <WorkButton size="sm" variant="default" busy={slack.isLeaving} disabled={disabled} onClick={() => { slack.leave(renewalOf(connection)); }}>Renew in Slack</WorkButton>}
        <WorkButton size="sm" variant="default" busy={action.isPending} disabled={disabled} onClick={() => { action.mutate({ kind: connection.paused ? 'resume' : 'pause' }); }}>{connection.paused ? 'Resume' : 'Pause'}</WorkButton>
        <Button size="sm" variant="default" onClick={() => { setDialog('disconnect'); }} disabled={disabled}>Disconnect</Button>
      </Group>
      {failure && <ProblemAlert error={failure} />}
      {verify.data && (verify.data.ok
        ? <Notice color="green" role="status" title="Checked just now: everything that is needed works" onClose={verify.reset}><CheckList checks={verify.data.checks} ok /></Notice>
        : <CheckList checks={verify.data.checks} ok={false} />)}
      {dialog === 'test' && <TestMessageDialog connection={connection} onClose={close} />}
      {dialog === 'token' && <ReplaceTokenDialog connection={connection} onClose={close} />}
      {dialog === 'disconnect' && <DisconnectDialog connection={connection} onClose={close} />}
    </Stack>
  );
}
