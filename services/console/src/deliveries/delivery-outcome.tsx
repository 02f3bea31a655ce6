/** What became of a delivery: the link to the message, why it waits, or the reason why not and what to do. */
import { Anchor, Group, Text } from '@mantine/core';

import type { Delivery } from '@tocsin/contracts';

import { useEnvironment } from '../api/environment.js';
import { useNow } from '../time/use-now.js';
import { needsDate } from './timeline.js';

interface DeliveryOutcomeProps {
  delivery: Delivery;
  /** In a row of a list: the whole remedy stands where the delivery is open. */
  brief?: boolean;
}

export function DeliveryOutcome({ delivery: { slack, error, waitingFor }, brief = false }: DeliveryOutcomeProps) {
  const sandboxUrl = useEnvironment().data?.sandboxUrl;
  if (slack) {
    return (
      <Group gap="sm">
        <Anchor href={slack.permalink} target="_blank" rel="noopener noreferrer" size="sm" underline="always">Open in Slack</Anchor>
        {sandboxUrl !== undefined && <Anchor href={sandboxUrl} target="_blank" rel="noopener" size="sm" underline="always">See it in the sandbox</Anchor>}
      </Group>
    );
  }
  if (error) {
    return (
      <>
        <Text size="sm">{error.message}</Text>
        {brief ? <Text size="xs" c="dimmed" lineClamp={2}>{error.remedy}</Text> : <Text size="sm" fw={600}>{error.remedy}</Text>}
      </>
    );
  }
  if (waitingFor) {
    return <Text size="sm">{`Waits: ${waitingFor.reason}`}{waitingFor.until !== undefined && <>{', until '}<Until at={waitingFor.until} /></>}</Text>;
  }
  return null;
}

function Until({ at }: { at: string }) {
  const time = new Date(at);
  const dated = needsDate({ at }, undefined, useNow());
  return <time dateTime={at} title={time.toLocaleString()}>{dated ? time.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }) : time.toLocaleTimeString()}</time>;
}
