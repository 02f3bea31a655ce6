/** Whether the list changes by itself at this moment, or is asked again every few seconds. */
import { Text } from '@mantine/core';

export function LiveMark({ live }: { live: boolean }) {
  return (
    <Text span size="sm" c="dimmed" className="live-mark" data-live={live} title={live ? 'Changes are shown as they happen.' : 'There is no live connection at this moment; the list is asked for again every 5 seconds.'}>
      {live ? 'Live' : 'Refreshed every 5 s'}
    </Text>
  );
}
