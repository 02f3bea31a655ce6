/** How a connection stands, in word and colour. */
import { Badge, Group } from '@mantine/core';

import type { Connection } from '@tocsin/contracts';
import type { HealthState } from '@tocsin/domain';

import { healthWord } from './connection-words.js';

export type MarkedState = HealthState | 'not_configured' | 'paused';

const COLORS: Record<MarkedState, string> = { connected: 'green', needs_attention: 'orange', revoked: 'red', paused: 'gray', not_configured: 'gray' };

export function HealthMark({ state }: { state: MarkedState }) {
  const word = state === 'not_configured' ? 'Not configured' : state === 'paused' ? 'Paused' : healthWord(state);
  return <Badge variant="dot" color={COLORS[state]} tt="none" className="mark">{word}</Badge>;
}

export function HealthMarks({ connection: { health, paused } }: { connection: Pick<Connection, 'health' | 'paused'> }) {
  return (
    <Group gap="xs">
      {paused && <HealthMark state="paused" />}
      <HealthMark state={health.state} />
    </Group>
  );
}
