/** The message exactly as it was, or would be, posted, called by which of them it is. */
import { Skeleton, Text, Title } from '@mantine/core';

import type { Delivery } from '@tocsin/contracts';

import { useDeliveryMessage } from '../api/deliveries.js';
import { BlockKitView } from '../block-kit/block-kit-view.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { messageWords } from './message-words.js';

export function DeliveryMessageView({ delivery }: { delivery: Delivery }) {
  const { data, error, refetch } = useDeliveryMessage(delivery.id, delivery.version);
  const { title, note } = messageWords(delivery);
  return (
    <section aria-label="Message">
      <Title order={3} size="h6" mb={8}>{title}</Title>
      {note !== undefined && <Text size="sm" c="dimmed" mb={4}>{note}</Text>}
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={180} />}
      {data && (data.plainText === true
        ? (
            <>
              <Text size="sm" c="dimmed" mb={4}>Slack refused the formatted message, so it goes as plain text.</Text>
              <div className="slack"><p className="source-text">{data.text}</p></div>
            </>
          )
        : <BlockKitView message={{ ...data, warnings: [] }} />)}
    </section>
  );
}
