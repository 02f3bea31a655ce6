/** The state of a delivery as a mark: word and sign, colour only beside them. */
import { Badge } from '@mantine/core';

import type { DeliveryState } from '@tocsin/domain';

import { stateWord } from './delivery-words.js';

const LOOKS: Record<DeliveryState, { sign: string; color: string }> = {
  accepted: { sign: '…', color: 'gray.6' },
  waiting: { sign: '…', color: 'gray.6' },
  posting: { sign: '…', color: 'indigo' },
  posted: { sign: '✓', color: 'green' },
  failed: { sign: '✗', color: 'red' },
  dead: { sign: '✗', color: 'red' },
  suppressed: { sign: '–', color: 'orange' },
  unconfirmed: { sign: '?', color: 'orange' },
};

export function StateMark({ state }: { state: DeliveryState }) {
  const { sign, color } = LOOKS[state];
  return <Badge variant="dot" color={color} tt="none" className="mark"><span aria-hidden="true">{sign} </span>{stateWord(state)}</Badge>;
}
