/** How a connection stands: what is wrong and what that breaks, what it did last, and everything that can be done with it. */
import { Anchor, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Connection } from '@tocsin/contracts';

import { methodWord } from '../connectors/connection-words.js';
import { HealthNotice } from '../connectors/health-notice.js';
import { LastMessage, Waiting } from '../connectors/message-facts.js';
import { Notice } from '../parts/notice.js';
import { TimeAgo } from '../parts/time-ago.js';
import { ConnectAgain } from './connect-again.js';
import { ConnectionActions } from './connection-actions.js';
import { DestinationsInTrouble, TroubleCount } from './destinations-in-trouble.js';
import { endOfToken } from './token-end.js';

export function Overview({ connection }: { connection: Connection }) {
  const { id, lastCheckAt, paused } = connection;
  return (
    <Stack gap="lg">
      <HealthNotice connection={connection}><ConnectAgain connection={connection} /></HealthNotice>
      {paused && <Notice color="orange" title="Paused"><Text size="sm">Nothing is sent to this workspace. Messages wait and go out when it is resumed; no time to live runs out meanwhile.</Text></Notice>}
      <SimpleGrid component="section" aria-label="At a glance" cols={{ base: 2, md: 4 }}>
        <Tile name="Waiting"><Waiting connectionId={id} /></Tile>
        <Tile name="Last message"><LastMessage connectionId={id} /></Tile>
        <Tile name="Destinations in trouble"><TroubleCount connectionId={id} /></Tile>
        <Tile name="Last check">{lastCheckAt === undefined ? 'not yet' : <TimeAgo at={lastCheckAt} spoken />}</Tile>
      </SimpleGrid>
      <ConnectionActions connection={connection} />
      <DestinationsInTrouble connectionId={id} />
      <Facts connection={connection} />
    </Stack>
  );
}

function Tile({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Paper withBorder p="sm" className="tile">
      <Text size="xs" c="dimmed">{name}</Text>
      <div className="tile-value">{children}</div>
    </Paper>
  );
}

function Facts({ connection }: { connection: Connection }) {
  const { workspace, bot, appId, method, token, createdAt } = connection;
  const facts: [string, ReactNode][] = [
    ['Workspace', <Anchor key="workspace" href={workspace.url} target="_blank" rel="noopener noreferrer" size="sm" underline="always">{workspace.url}</Anchor>],
    ['Bot', `@${bot.name}`],
    ['Method', methodWord(method)],
    ['Token', <span key="token">{`ends with ${token.hint}, set `}<TimeAgo at={token.updatedAt} spoken /><TokenEnd connection={connection} /></span>],
    ['Connected', <TimeAgo key="created" at={createdAt} spoken />],
    ...(appId === undefined ? [] : [['Slack app', appId] satisfies [string, ReactNode]]),
  ];
  return (
    <section aria-label="About the connection">
      <Title order={2} size="h5" mb="xs">About the connection</Title>
      <dl className="facts">{facts.map(([name, value]) => <div key={name} className="fact"><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </section>
  );
}

/** Nothing for a token that does not end. */
function TokenEnd({ connection }: { connection: Connection }) {
  const { expiresAt } = connection.token;
  const end = endOfToken(connection, new Date());
  if (expiresAt === undefined || end === 'never') return null;
  if (end === 'ended') return <>{', ended '}<TimeAgo at={expiresAt} spoken /></>;
  return (
    <>
      {', good until '}<time dateTime={expiresAt}>{new Date(expiresAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}</time>
      {end === 'renewed' && '; it is renewed by itself before then'}
    </>
  );
}
