/** Dialog *Send to Slack*: where to, what to say, how it will look; then what became of it. */
import { Loader } from '@mantine/core';
import { useState } from 'react';

import type { Issue } from '@tocsin/domain';

import { useConnections } from '../api/connections.js';
import { NothingConnected } from '../destinations/nothing-to-pick.js';
import { Dialog } from '../parts/dialog.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { drafts } from './drafts.js';
import { FollowDelivery } from './follow-delivery.js';
import { SendForm, type Sent } from './send-form.js';

interface SendDialogProps {
  issues: readonly Issue[];
  onClose: () => void;
}

export function SendDialog({ issues, onClose }: SendDialogProps) {
  const [sent, setSent] = useState<Sent>();
  // what was written is kept for another destination
  const again = ({ comment }: Sent): void => {
    drafts.keep(issues.map(({ id }) => id), { comment });
    setSent(undefined);
  };
  return (
    <Dialog onClose={onClose} title="Send to Slack" size="lg">
      {sent
        ? <FollowDelivery key={sent.deliveryId} deliveryId={sent.deliveryId} to={sent.to} onAgain={() => { again(sent); }} onClose={onClose} />
        : <ComposeMessage issues={issues} onSent={setSent} onClose={onClose} />}
    </Dialog>
  );
}

interface ComposeMessageProps extends SendDialogProps {
  onSent: (sent: Sent) => void;
}

function ComposeMessage({ issues, onSent, onClose }: ComposeMessageProps) {
  const { data: connections, error, refetch } = useConnections();
  // what is being written stays when asking anew fails
  if (!connections) return error ? <ProblemAlert error={error} onRetry={() => void refetch()} /> : <Loader aria-label="Loading" />;
  const [first] = connections;
  if (!first) return <NothingConnected />;
  return <SendForm issues={issues} anyConnectionId={first.id} onSent={onSent} onClose={onClose} />;
}
