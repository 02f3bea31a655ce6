/** Says how the way to Slack ended: with an answer of Slack's, or with none yet because an admin must approve first. */
import { Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useSearchParams } from 'react-router';

import { Notice } from '../parts/notice.js';
import { connectResult } from './connect-result.js';
import { departure } from './departure.js';

export function ConnectReturn() {
  const [search, setSearch] = useSearchParams();
  const result = connectResult(search.get('result'));
  const [waiting, setWaiting] = useState(() => result === undefined && departure.isOpen());
  if (result) {
    departure.close();
    return (
      <Notice
        color={result.good ? 'green' : 'orange'}
        role={result.good ? 'status' : 'alert'}
        title={result.title}
        onClose={() => { setSearch({}, { replace: true }); }}
      >
        {result.next}
      </Notice>
    );
  }
  if (!waiting) return null;
  const dismiss = (): void => { departure.close(); setWaiting(false); };
  return (
    <Notice color="indigo" title="Waiting for approval" onClose={dismiss}>
      <Group gap="sm">
        <Text size="sm">You went to Slack and have not come back with an answer. If an admin of the workspace must approve the app first, try again with CONNECT once they have.</Text>
      </Group>
    </Notice>
  );
}
