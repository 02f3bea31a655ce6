/** What the console says about a delivery, in words for people. */
import type { Delivery } from '@tocsin/contracts';
import type { DeliveryState } from '@tocsin/domain';

const STATES: Record<DeliveryState, string> = {
  accepted: 'Accepted',
  waiting: 'Waiting',
  posting: 'Posting',
  posted: 'Posted',
  failed: 'Failed',
  dead: 'Dead',
  suppressed: 'Suppressed',
  unconfirmed: 'Unconfirmed',
};

export function stateWord(state: DeliveryState): string {
  return STATES[state];
}

/** The destination's name as people know it, else its id. */
export function destinationName({ destination: { name, id, kind } }: Delivery): string {
  if (name === undefined || name === '') return id ?? 'not resolved yet';
  const bare = name.replace(/^[#@]/, '');
  return kind === 'user' ? `@${bare}` : kind === 'channel' ? `#${bare}` : name;
}

export function sourceWord({ source }: Delivery): string {
  switch (source.kind) {
    case 'manual':
      return `By hand: ${source.user}`;
    case 'workflow':
      return `Workflow ${source.workflowId}`;
    case 'digest':
      return `Digest of ${source.of}`;
    case 'test':
      return `Test: ${source.user}`;
  }
}
