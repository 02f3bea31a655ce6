/** Channel/User: finds a channel or a person of all connected workspaces, by name, e-mail address, id or link. */
import { Loader } from '@mantine/core';

import { useConnections } from '../api/connections.js';
import type { FoundDestination } from '../api/destinations.js';
import { useMayListConnections } from '../connectors/may-list-connections.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { DestinationCombobox } from './destination-combobox.js';
import { MayNotPick, NothingConnected } from './nothing-to-pick.js';

interface DestinationPickerProps {
  value: FoundDestination | undefined;
  onChange: (value: FoundDestination | undefined) => void;
  label?: string;
  /** Only what this connection reaches. */
  connectionId?: string;
  /** Also what cannot be posted to: to ask about it, not to send there. */
  pickAny?: boolean;
  autoFocus?: boolean;
}

export function DestinationPicker({ label = 'Channel/User', connectionId, pickAny = false, autoFocus = false, ...choice }: DestinationPickerProps) {
  const mayList = useMayListConnections();
  const { data, error, refetch } = useConnections({ enabled: mayList });
  if (!mayList) return <MayNotPick />;
  // what is being picked stays when asking anew fails
  if (!data) return error ? <ProblemAlert error={error} onRetry={() => void refetch()} /> : <Loader aria-label="Loading" />;
  const connections = connectionId === undefined ? data : data.filter(({ id }) => id === connectionId);
  if (connections.length === 0) return <NothingConnected once={connectionId !== undefined} />;
  return <DestinationCombobox label={label} connections={connections} pickAny={pickAny} autoFocus={autoFocus} {...choice} />;
}
