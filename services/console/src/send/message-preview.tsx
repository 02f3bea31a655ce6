/** The very message, as the server renders it, drawn by our own view of Block Kit. */
import { Skeleton, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';

import { Notice } from '../parts/notice.js';
import { usePreview, type Message } from '../api/messages.js';
import { BlockKitView } from '../block-kit/block-kit-view.js';
import { ProblemAlert } from '../parts/problem-alert.js';

const DEBOUNCE_MS = 300;

export function MessagePreview({ message }: { message: Message }) {
  const [settled] = useDebouncedValue(message, DEBOUNCE_MS);
  const { data, error } = usePreview(settled);
  return (
    <section aria-label="Preview">
      <Text size="sm" fw={500} mb={4}>Preview</Text>
      {error && <ProblemAlert error={error} />}
      {!data && !error && <Skeleton height={180} />}
      {data && <BlockKitView message={data} />}
      {data?.warnings.map(({ code, message: text }) => <Notice key={code} color="orange" mt="xs">{text}</Notice>)}
    </section>
  );
}
