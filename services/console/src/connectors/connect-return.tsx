/** Says how the way to Slack ended: with an answer of Slack's, or with none yet because an admin must approve first. */
import { Alert, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useSearchParams } from 'react-router';

import { connectResult } from './connect-result.js';
import { departure } from './departure.js';

export function ConnectReturn() {
  const [search, setSearch] = useSearchParams();
  const result = connectResult(search.get('result'));
  const [waiting, setWaiting] = useState(() => result === undefined && departure.isOpen());
  if (result) {
    departure.close();
    return (
      <Alert
        color={result.good ? 'green' : 'orange'}
        variant="light"
        className="alert"
        role={result.good ? 'status' : 'alert'}
        title={result.title}
        withCloseButton
        closeButtonLabel="Dismiss"
        onClose={() => { setSearch({}, { replace: true }); }}
      >
        {result.next}
      </Alert>
    );
  }
  if (!waiting) return null;
  const dismiss = (): void => { departure.close(); setWaiting(false); };
  return (
    <Alert color="indigo" variant="light" className="alert" title="Waiting for approval" withCloseButton closeButtonLabel="Dismiss" onClose={dismiss}>
      <Group gap="sm">
        <Text size="sm">You went to Slack and have not come back with an answer. If an admin of the workspace must approve the app first, try again with CONNECT once they have.</Text>
      </Group>
    </Alert>
  );
}
