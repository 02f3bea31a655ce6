/** The message exactly as it was, or would be, posted. */
import { Skeleton, Text, Title } from '@mantine/core';

import { useDeliveryMessage } from '../api/deliveries.js';
import { BlockKitView } from '../block-kit/block-kit-view.js';
import { ProblemAlert } from '../parts/problem-alert.js';

interface DeliveryMessageViewProps {
  id: string;
  version: number;
  settled: boolean;
}

export function DeliveryMessageView({ id, version, settled }: DeliveryMessageViewProps) {
  const { data, error, refetch } = useDeliveryMessage(id, version);
  return (
    <section aria-label="Message">
      <Title order={3} size="h6" mb={8}>{settled ? 'Message' : 'Message as it will be posted'}</Title>
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
