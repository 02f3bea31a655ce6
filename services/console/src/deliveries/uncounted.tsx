/** In place of the numbers, while the server does not tell them. */
import { Group, Text } from '@mantine/core';

import { Notice } from '../parts/notice.js';
import { WorkButton } from '../parts/work-button.js';

export function Uncounted({ onRetry }: { onRetry: () => void }) {
  return (
    <Notice color="orange" role="status" mb="sm">
      <Group justify="space-between" gap="sm">
        <Text size="sm">How many there are in each state is not known at this moment. The list is right.</Text>
        <WorkButton size="xs" variant="default" onClick={onRetry}>Try again</WorkButton>
      </Group>
    </Notice>
  );
}
