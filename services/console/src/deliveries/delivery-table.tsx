/** Deliveries as a table; cards on a narrow screen. The arrow keys go from row to row. */
import { Checkbox, Text } from '@mantine/core';
import { memo, type KeyboardEvent } from 'react';
import { Link, useLocation } from 'react-router';

import type { Delivery } from '@tocsin/contracts';

import { FROM_LIST } from '../issues/opened-from.js';
import { TimeAgo } from '../parts/time-ago.js';
import { DeliveryOutcome } from './delivery-outcome.js';
import { StateMark } from './delivery-state.js';
import { destinationName, sourceWord, titleOf } from './delivery-words.js';
import { isPicked, mayPick, toggledAll, type Picked } from './picked.js';

export interface DeliveryTableProps {
  deliveries: readonly Delivery[];
  picked: Picked;
  onPick: (picked: Picked) => void;
  /** The same function at every drawing: rows that have not changed are not drawn anew. */
  onToggle: (id: string) => void;
  openId: string | undefined;
}

export function DeliveryTable({ deliveries, picked, onPick, onToggle, openId }: DeliveryTableProps) {
  const { search } = useLocation();
  const chosen = new Set(deliveries.filter((delivery) => isPicked(picked, delivery)));
  const all = chosen.size === deliveries.length;
  return (
    <table className="list" role="table" aria-label="Deliveries">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col" className="narrow">
            <Checkbox aria-label="Select all shown" checked={all} indeterminate={chosen.size > 0 && !all} onChange={() => { onPick(toggledAll(picked, deliveries)); }} />
          </th>
          {['State', 'Message', 'Destination', 'Outcome'].map((name) => <th key={name} role="columnheader" scope="col">{name}</th>)}
          {['Source', 'Age'].map((name) => <th key={name} role="columnheader" scope="col" className="aside">{name}</th>)}
        </tr>
      </thead>
      <tbody role="rowgroup" onKeyDown={toNeighbour}>
        {deliveries.map((delivery) => (
          <Row key={delivery.id} delivery={delivery} search={search} picked={chosen.has(delivery)} late={!mayPick(picked, delivery)} open={delivery.id === openId} onToggle={onToggle} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  delivery: Delivery;
  /** Of the list's address. */
  search: string;
  picked: boolean;
  /** It came or changed after all were selected. */
  late: boolean;
  open: boolean;
  onToggle: (id: string) => void;
}

/** A box that is out of use keeps the focus: its row may have changed under it. */
const NOTHING = (): void => undefined;

const Row = memo(function Row({ delivery, search, picked, late, open, onToggle }: RowProps) {
  const title = titleOf(delivery);
  const destination = destinationName(delivery);
  return (
    <tr role="row" data-selected={picked} data-open={open}>
      <td role="cell" className="narrow pick"><Checkbox aria-label={`Select ${title} to ${destination}${late ? ': came or changed after you selected all' : ''}`} checked={picked} onChange={late ? NOTHING : () => { onToggle(delivery.id); }} {...(late && { 'aria-disabled': true, opacity: 0.5 })} /></td>
      <td role="cell" className="narrow"><StateMark state={delivery.state} /></td>
      <td role="cell" className="main"><Link to={{ pathname: `/deliveries/${encodeURIComponent(delivery.id)}`, search }} state={FROM_LIST} className="plain-link row-link">{title}</Link></td>
      <td role="cell" className="name"><Text span size="sm" fw={600}>{destination}</Text></td>
      <td role="cell" className="outcome"><DeliveryOutcome delivery={delivery} brief /></td>
      <td role="cell" className="name aside"><Text span size="sm" c="dimmed">{sourceWord(delivery)}</Text></td>
      <td role="cell" className="narrow aside"><TimeAgo at={delivery.createdAt} /></td>
    </tr>
  );
});

function toNeighbour(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.row-link')];
  const at = links.indexOf(event.target as HTMLElement);
  if (step === undefined || at === -1) return;
  event.preventDefault();
  links[at + step]?.focus();
}
