/** What became of a delivery: the link to the message, why it waits, or the reason why not and what to do. */
import { Anchor, Text } from '@mantine/core';

import type { Delivery } from '@tocsin/contracts';

export function DeliveryOutcome({ delivery: { slack, error, waitingFor } }: { delivery: Delivery }) {
  if (slack) return <Anchor href={slack.permalink} target="_blank" rel="noopener noreferrer" size="sm" underline="always">Open in Slack</Anchor>;
  if (error) {
    return (
      <>
        <Text size="sm">{error.message}</Text>
        <Text size="sm" fw={600}>{error.remedy}</Text>
      </>
    );
  }
  if (waitingFor) {
    return <Text size="sm">{waitingFor.reason}{waitingFor.until !== undefined && <>{' until '}<time dateTime={waitingFor.until}>{new Date(waitingFor.until).toLocaleTimeString()}</time></>}</Text>;
  }
  return null;
}
