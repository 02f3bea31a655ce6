/** Where a message was missed: found with the picker, or said by name where somebody may not list destinations. */
import { Loader, Skeleton } from '@mantine/core';
import { useState } from 'react';

import type { Connection } from '@tocsin/contracts';

import { useConnections } from '../api/connections.js';
import { useDestinations, type FoundDestination } from '../api/destinations.js';
import { useMayListConnections } from '../connectors/may-list-connections.js';
import { DestinationPicker } from '../destinations/destination-picker.js';
import { TypedFilter } from '../parts/typed-filter.js';

/** As it stands in the address; empty where nothing is chosen. */
export interface Place {
  /** Id of a channel or person, or its name. */
  destination: string;
  connectionId: string;
}

interface PlaceFieldProps {
  place: Place;
  onChange: (place: Place) => void;
}

export function PlaceField(props: PlaceFieldProps) {
  const mayList = useMayListConnections();
  const { data: connections, error } = useConnections({ enabled: mayList });
  if (mayList && !connections && !error) return <Loader aria-label="Loading" />;
  if (connections && connections.length > 0) return <PickedPlace {...props} connections={connections} />;
  return <TypedFilter label="Channel/User" placeholder="#channel, @name or id" value={props.place.destination} onChange={(destination) => { props.onChange({ destination, connectionId: '' }); }} />;
}

function PickedPlace({ place, onChange, connections }: PlaceFieldProps & { connections: readonly Connection[] }) {
  const [picked, setPicked] = useState<FoundDestination>();
  const { known, searching } = useKnownPlace(place, connections);
  if (searching && picked === undefined) return <Skeleton height={60} />;
  return (
    <DestinationPicker
      pickAny
      value={picked ?? known}
      onChange={(found) => {
        setPicked(found);
        onChange(found ? { destination: found.id, connectionId: found.connectionId } : { destination: '', connectionId: '' });
      }}
    />
  );
}

/** What the directory knows of the place in the address. */
export function useKnownPlace({ destination, connectionId }: Place, connections: readonly Connection[]): { known: FoundDestination | undefined; searching: boolean } {
  const of = connections.filter(({ id }) => id === connectionId);
  const asked = destination !== '' && of.length > 0;
  const [answer] = useDestinations(of, destination, asked);
  return { known: answer?.found.find(({ id }) => id === destination), searching: asked && answer?.state === 'asking' };
}
