/** Why a connection does not work as it should, since when, and what to do; nothing while it does. */
import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Connection } from '@tocsin/contracts';
import { cleanLine } from '@tocsin/domain';

import { Notice } from '../parts/notice.js';
import { TimeAgo } from '../parts/time-ago.js';
import { healthWord } from './connection-words.js';

/** @param children what can be done here about a lost one */
export function HealthNotice({ connection: { health }, children }: { connection: Pick<Connection, 'health'>; children?: ReactNode }) {
  if (health.state === 'connected') return null;
  const isRevoked = health.state === 'revoked';
  return (
    <Notice color={isRevoked ? 'red' : 'orange'}>
      <Text size="sm" fw={600}>{isRevoked ? <>{`${healthWord(health.state)} `}<TimeAgo at={health.since} spoken />: nothing is sent, messages wait.</> : <>{`${healthWord(health.state)}, first seen `}<TimeAgo at={health.since} spoken /></>}</Text>
      <Text size="sm" mt={4}>{cleanLine(health.reason ?? 'The reason is not known.')}</Text>
      {health.remedy !== undefined && <Text size="sm">{health.remedy}</Text>}
      {isRevoked && children !== undefined && <Group gap="xs" mt="xs">{children}</Group>}
    </Notice>
  );
}
