/** What the app may do in the workspace, and what does not work for lack of it. */
import { Code, Group, Stack, Text } from '@mantine/core';

import type { Connection } from '@tocsin/contracts';
import { REMEDIES } from '@tocsin/domain';

import { grantsOfConnection, scopesBeyond } from '../connectors/scope-grants.js';
import { ScopeTable } from '../connectors/scope-table.js';
import { Notice } from '../parts/notice.js';

export function ScopesPanel({ connection }: { connection: Connection }) {
  const { missingScopes, scopes } = connection;
  const beyond = scopesBeyond(scopes);
  return (
    <Stack maw={760}>
      {missingScopes.length > 0 && (
        <Notice color="orange" title={`Missing: ${missingScopes.join(', ')}`}>
          <Text size="sm">{connection.method === 'token' ? REMEDIES.reinstall : 'Choose Renew in Slack under Overview and allow all required scopes.'}</Text>
        </Notice>
      )}
      <ScopeTable grants={grantsOfConnection(connection)} />
      {beyond.length > 0 && (
        <div>
          <Text size="sm">The app was also granted scopes that Tocsin does not need. Whoever wants as few rights as possible removes them from the Slack app and reinstalls it.</Text>
          <Group gap={4} mt={4}>{beyond.map((scope) => <Code key={scope}>{scope}</Code>)}</Group>
        </div>
      )}
    </Stack>
  );
}
