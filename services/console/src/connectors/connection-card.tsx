/** A connected workspace: what it is, how it stands, what can be done with it. */
import { Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Connection } from '@tocsin/contracts';

import { Notice } from '../parts/notice.js';
import { TimeAgo } from '../parts/time-ago.js';
import { ConnectionActions } from './connection-actions.js';
import { DirectoryFact } from './directory-fact.js';
import { HealthMark } from './health-mark.js';

export function ConnectionCard({ connection }: { connection: Connection }) {
  const { workspace, health, paused } = connection;
  return (
    <Paper withBorder p={{ base: 'sm', sm: 'lg' }} component="article" aria-label={workspace.name}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={3} size="h5">{workspace.name}</Title>
          <Group gap="xs">
            {paused && <HealthMark state="paused" />}
            <HealthMark state={health.state} />
          </Group>
        </Group>
        {health.state !== 'connected' && (
          <Notice color={health.state === 'revoked' ? 'red' : 'orange'}>
            <Text size="sm">{health.reason ?? 'The reason is not known.'}</Text>
            {health.remedy !== undefined && <Text size="sm" fw={600}>{health.remedy}</Text>}
          </Notice>
        )}
        <dl className="facts">
          {factsOf(connection).map(([name, value]) => <div key={name} className="fact"><dt>{name}</dt><dd>{value}</dd></div>)}
        </dl>
        <ConnectionActions connection={connection} />
      </Stack>
    </Paper>
  );
}

function factsOf({ id, workspace, bot, method, scopes, missingScopes, token, lastCheckAt }: Connection): [string, ReactNode][] {
  return [
    ['Workspace', workspace.url],
    ['Bot', `@${bot.name}`],
    ['Method', method === 'token' ? 'Token of an own app' : 'Identity provider'],
    ['Token', <span key="token">{`ends with ${token.hint}, set `}<TimeAgo at={token.updatedAt} /></span>],
    ['Scopes', <Group key="scopes" gap={4}>{scopes.map((scope) => <Code key={scope}>{scope}</Code>)}</Group>],
    ...(missingScopes.length > 0 ? [['Missing', missingScopes.join(', ')] satisfies [string, ReactNode]] : []),
    ['Channels & people', <DirectoryFact key="directory" connectionId={id} />],
    ['Last check', lastCheckAt === undefined ? 'not yet' : <TimeAgo key="check" at={lastCheckAt} />],
  ];
}
