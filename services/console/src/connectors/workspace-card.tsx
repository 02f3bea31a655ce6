/** A connected workspace at a glance: how it stands, what it did last, what waits for it; the way to its own page. */
import { Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';

import type { Connection } from '@tocsin/contracts';

import { useCan } from '../session/session.js';
import { HealthNotice } from './health-notice.js';
import { HealthMarks } from './health-mark.js';
import { LastMessage, Waiting } from './message-facts.js';
import { methodWord } from './connection-words.js';
import { TestMessageDialog } from '../connection/test-message-dialog.js';

export function WorkspaceCard({ connection, focused }: { connection: Connection; focused: boolean }) {
  const { id, workspace, bot, method } = connection;
  const mayConfigure = useCan('connectors:configure');
  const [testing, setTesting] = useState(false);
  const name = useRef<HTMLAnchorElement>(null);
  useEffect(() => { if (focused) name.current?.focus(); }, [focused]);
  return (
    <Paper withBorder p={{ base: 'sm', sm: 'lg' }} component="article" aria-label={workspace.name}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" align="flex-start" gap="xs">
          <div>
            <Title order={3} size="h5"><Anchor ref={name} component={Link} to={`/connectors/slack/${encodeURIComponent(id)}`} inherit c="inherit" underline="hover">{workspace.name}</Anchor></Title>
            <Text size="sm" c="dimmed">{`${workspace.url.replace(/^https:\/\/|\/$/g, '')} as @${bot.name}`}</Text>
          </div>
          <HealthMarks connection={connection} />
        </Group>
        <HealthNotice connection={connection} />
        <dl className="facts">
          <div className="fact"><dt>Method</dt><dd>{methodWord(method)}</dd></div>
          <div className="fact"><dt>Last message</dt><dd><LastMessage connectionId={id} /></dd></div>
          <div className="fact"><dt>Waiting</dt><dd><Waiting connectionId={id} /></dd></div>
        </dl>
        <Group gap="xs" mt="auto">
          <Button size="xs" onClick={() => { setTesting(true); }} disabled={!mayConfigure}>Send a test message</Button>
          <Button component={Link} to={`/connectors/slack/${encodeURIComponent(id)}`} size="xs" variant="default" aria-label={`Open ${workspace.name}`}>Open</Button>
        </Group>
      </Stack>
      {testing && <TestMessageDialog connection={connection} onClose={() => { setTesting(false); }} />}
    </Paper>
  );
}
