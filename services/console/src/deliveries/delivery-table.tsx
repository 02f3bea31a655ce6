/** Deliveries as a table; cards on a narrow screen. */
import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';

import type { Delivery } from '@tocsin/contracts';

import { TimeAgo } from '../parts/time-ago.js';
import { DeliveryOutcome } from './delivery-outcome.js';
import { StateMark } from './delivery-state.js';
import { destinationName, sourceWord } from './delivery-words.js';

export function DeliveryTable({ deliveries }: { deliveries: readonly Delivery[] }) {
  return (
    <table className="list" role="table" aria-label="Deliveries">
      <thead role="rowgroup">
        <tr role="row">
          {['State', 'Destination', 'Issues', 'Outcome', 'Source', 'Age'].map((name) => <th key={name} role="columnheader" scope="col">{name}</th>)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {deliveries.map((delivery) => <Row key={delivery.id} delivery={delivery} />)}
      </tbody>
    </table>
  );
}

function Row({ delivery }: { delivery: Delivery }) {
  const [first] = delivery.issueIds;
  return (
    <tr role="row">
      <td role="cell" className="narrow"><StateMark state={delivery.state} /></td>
      <td role="cell" className="narrow"><Text span size="sm" fw={600}>{destinationName(delivery)}</Text></td>
      <td role="cell" className="narrow">
        {first !== undefined && delivery.issueCount === 1
          ? <Anchor component={Link} to={`/issues/${encodeURIComponent(first)}`} size="sm" underline="always">1 issue</Anchor>
          : <Text span size="sm" c="dimmed">{delivery.issueCount === 0 ? 'none' : `${delivery.issueCount} issues`}</Text>}
      </td>
      <td role="cell" className="main outcome"><DeliveryOutcome delivery={delivery} /></td>
      <td role="cell"><Text span size="sm" c="dimmed">{sourceWord(delivery)}</Text></td>
      <td role="cell" className="narrow"><TimeAgo at={delivery.createdAt} /></td>
    </tr>
  );
}
