/** What every replay asks: to the same destination or another, and why. */
import { Radio, Stack, Textarea } from '@mantine/core';

import type { FoundDestination } from '../api/destinations.js';
import { useMayListConnections } from '../connectors/may-list-connections.js';
import { DestinationPicker } from '../destinations/destination-picker.js';

export interface ReplayChoice {
  elsewhere: boolean;
  destination: FoundDestination | undefined;
  reason: string;
}

export const SAME_PLACE: ReplayChoice = { elsewhere: false, destination: undefined, reason: '' };

interface ReplayFieldsProps {
  choice: ReplayChoice;
  /** How the destination of before is called. */
  same: string;
  /** Another destination has to be of the same workspace; undefined when they are of several. */
  connectionId: string | undefined;
  onChange: (choice: ReplayChoice) => void;
}

export function ReplayFields({ choice, same, connectionId, onChange }: ReplayFieldsProps) {
  const mayPick = useMayListConnections();
  const why = connectionId === undefined ? 'They are of several workspaces: filter by connection first.' : mayPick ? undefined : 'Needs the permission issues:send.';
  return (
    <Stack>
      <Radio.Group label="Destination" value={choice.elsewhere ? 'other' : 'same'} onChange={(value) => { onChange({ ...choice, elsewhere: value === 'other', destination: undefined }); }}>
        <Stack gap="xs" mt={4}>
          <Radio value="same" label={same} data-autofocus />
          <Radio value="other" label="Another" disabled={why !== undefined} {...(why !== undefined && { description: why })} />
        </Stack>
      </Radio.Group>
      {choice.elsewhere && connectionId !== undefined && <DestinationPicker connectionId={connectionId} value={choice.destination} onChange={(destination) => { onChange({ ...choice, destination }); }} />}
      <Textarea label="Reason" placeholder="Optional. For the audit log." value={choice.reason} onChange={(event) => { onChange({ ...choice, reason: event.currentTarget.value }); }} maxLength={2000} autosize minRows={1} maxRows={5} />
    </Stack>
  );
}
