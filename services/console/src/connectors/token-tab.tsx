/** TOKEN: an own Slack app, by the address of the workspace and the app's bot token. */
import { Button, Group, List, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import type { ConnectivityCheckView, VerificationResult } from '@tocsin/contracts';

import { ApiProblem } from '../api/client.js';
import { useConnectWithToken, useVerifyToken } from '../api/connections.js';
import { useEnvironment } from '../api/environment.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { BottomStatus } from './bottom-status.js';
import { CheckList } from './check-list.js';
import { ManifestHelp } from './manifest-help.js';
import { SandboxNote } from './sandbox-note.js';
import { ScopeTable } from './scope-table.js';
import { SecretInput } from './secret-input.js';

const EMPTY = { hostUrl: '', token: '' };

export function TokenTab({ disabled }: { disabled: boolean }) {
  const [fields, setFields] = useState(EMPTY);
  const { data: environment } = useEnvironment();
  const verify = useVerifyToken();
  const connect = useConnectWithToken();
  const filled = fields.hostUrl.trim() !== '' && fields.token !== '';
  const busy = verify.isPending || connect.isPending;
  // a result belongs to what was checked: any change clears it, and an answer that comes late is not shown
  const edit = (change: Partial<typeof EMPTY>): void => {
    setFields({ ...fields, ...change });
    verify.reset();
    connect.reset();
  };
  const connectNow = (): void => { connect.mutate(fields, { onSuccess: () => { setFields(EMPTY); verify.reset(); } }); };
  const failure = connect.error ?? verify.error;
  const failedChecks = checksOf(connect.error);
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (filled && !busy && !disabled) verify.mutate(fields); }}>
      <Stack maw={760}>
        <Prerequisites />
        {environment?.slackSandbox && <SandboxNote onUse={(credentials) => { edit(credentials); }} disabled={disabled} />}
        <TextInput label="Slack Host URL" description="The address of your workspace. It is compared with the token’s workspace; nothing is sent there." placeholder="https://acme.slack.com" value={fields.hostUrl} onChange={(event) => { edit({ hostUrl: event.currentTarget.value }); }} disabled={disabled} autoComplete="off" spellCheck={false} />
        <SecretInput label="Token" description="Bot User OAuth Token, starts with xoxb-" value={fields.token} onChange={(token) => { edit({ token }); }} disabled={disabled} />
        <ManifestHelp />
        <Group>
          <Button type="submit" variant="default" loading={verify.isPending} disabled={disabled || !filled || busy}>VERIFY CONNECTIVITY</Button>
          <Button onClick={connectNow} loading={connect.isPending} disabled={disabled || verify.data?.ok !== true || busy}>CONNECT</Button>
        </Group>
        {failedChecks ? <CheckList checks={failedChecks} ok={false} /> : failure && <ProblemAlert error={failure} />}
        {verify.data && !connect.error && <CheckList checks={verify.data.checks} ok={verify.data.ok} />}
        <ScopeTable checks={failedChecks ?? verify.data?.checks} />
        <BottomStatus>{connect.data ? `${successOf(connect.data)}. The workspace is connected.` : verify.data?.ok ? successOf(verify.data) : undefined}</BottomStatus>
      </Stack>
    </form>
  );
}

function Prerequisites() {
  return (
    <div>
      <Text size="sm" fw={600}>You need</Text>
      <List size="sm">
        <List.Item>a Slack app of your own with the bot token scopes below, installed in the workspace</List.Item>
        <List.Item>its Bot User OAuth Token, from the app’s page <i>OAuth &amp; Permissions</i></List.Item>
      </List>
    </div>
  );
}

function checksOf(error: Error | null): ConnectivityCheckView[] | undefined {
  return error instanceof ApiProblem ? error.problem.checks : undefined;
}

function successOf({ workspace, bot }: Pick<VerificationResult, 'workspace' | 'bot'>): string {
  return `Connection successful: ${workspace?.name ?? 'Slack'}${bot ? ` as @${bot.name}` : ''}`;
}
