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
  const [told, setTold] = useState(place);
  const [seen, setSeen] = useState(place);
  const [round, setRound] = useState(0);
  const { known, searching } = useKnownPlace(place, connections);
  if (!isSame(place, seen)) {
    setSeen(place);
    // not by picking: a link to the empty page, back, forward
    if (!isSame(place, told)) {
      setTold(place);
      setPicked(undefined);
      setRound(round + 1);
    }
  }
  // what was picked or emptied stands in the address a moment later
  const isTold = isSame(place, told);
  if (searching && isTold && picked === undefined) return <Skeleton height={60} />;
  return (
    <DestinationPicker
      key={round}
      pickAny
      value={picked ?? (isTold ? known : undefined)}
      onChange={(found) => {
        const next = found ? { destination: found.id, connectionId: found.connectionId } : NOWHERE;
        setPicked(found);
        setTold(next);
        onChange(next);
      }}
    />
  );
}

const NOWHERE: Place = { destination: '', connectionId: '' };

function isSame(one: Place, other: Place): boolean {
  return one.destination === other.destination && one.connectionId === other.connectionId;
}

/** What the directory knows of the place in the address. */
export function useKnownPlace({ destination, connectionId }: Place, connections: readonly Connection[]): { known: FoundDestination | undefined; searching: boolean } {
  const of = connections.filter(({ id }) => id === connectionId);
  const asked = destination !== '' && of.length > 0;
  const [answer] = useDestinations(of, destination, asked);
  return { known: answer?.found.find(({ id }) => id === destination), searching: asked && answer?.state === 'asking' };
}
