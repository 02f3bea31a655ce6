/** How a connection stands, in word and colour. */
import { Badge } from '@mantine/core';

import type { HealthState } from '@tocsin/domain';

export type CardState = HealthState | 'not_configured' | 'paused';

const LOOKS: Record<CardState, { word: string; color: string }> = {
  connected: { word: 'Connected', color: 'green' },
  needs_attention: { word: 'Needs attention', color: 'orange' },
  revoked: { word: 'Revoked', color: 'red' },
  paused: { word: 'Paused', color: 'gray' },
  not_configured: { word: 'Not configured', color: 'gray' },
};

export function HealthMark({ state }: { state: CardState }) {
  const { word, color } = LOOKS[state];
  return <Badge variant="dot" color={color} tt="none" className="mark">{word}</Badge>;
}
