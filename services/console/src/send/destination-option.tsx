/** One row of the picker: name, what kind of place it is, and why it cannot be picked. */
import { Badge, Combobox, Group, Text } from '@mantine/core';

import type { FoundDestination } from '../api/destinations.js';
import { keyOf, labelOf, marksOf } from './destination-words.js';

interface DestinationOptionProps {
  item: FoundDestination;
  /** With several connections the workspace stands beside each result. */
  withWorkspace: boolean;
}

export function DestinationOption({ item, withWorkspace }: DestinationOptionProps) {
  const { email, canPost, isArchived, hint, workspace } = item;
  return (
    <Combobox.Option value={keyOf(item)} disabled={!canPost || isArchived} className="destination">
      <Group gap={6} wrap="wrap">
        <Text span size="sm" fw={600}>{labelOf(item)}</Text>
        {email !== undefined && <Text span size="sm" c="dimmed">{email}</Text>}
        {marksOf(item).map((mark) => <Badge key={mark} size="sm" variant="outline" color="gray" tt="none" className="mark">{mark}</Badge>)}
        {withWorkspace && <Text span size="xs" c="dimmed">{workspace}</Text>}
      </Group>
      {hint !== undefined && <Text size="xs" c="dimmed">{hint}</Text>}
    </Combobox.Option>
  );
}
