/** TOKEN: an own Slack app, by the address of the workspace and the app's bot token. */
import { Group, List, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';

import type { Connection, ConnectivityCheckView, VerificationResult } from '@tocsin/contracts';
import { cleanLine } from '@tocsin/domain';

import { ApiProblem } from '../api/client.js';
import { useConnectWithToken, useVerifyToken, type TokenCredentials } from '../api/connections.js';
import { useEnvironment } from '../api/environment.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { BottomStatus } from './bottom-status.js';
import { CheckList } from './check-list.js';
import { ManifestHelp } from './manifest-help.js';
import { Prerequisites } from './prerequisites.js';
import { SandboxTokenNote } from './sandbox-token-note.js';
import { grantsOfChecks } from './scope-grants.js';
import { ScopeTable } from './scope-table.js';
import { SecretInput } from './secret-input.js';

const EMPTY = { hostUrl: '', token: '' };

interface TokenTabProps {
  disabled: boolean;
  onConnected: (connection: Connection) => void;
}

export function TokenTab({ disabled, onConnected }: TokenTabProps) {
  const [fields, setFields] = useState(EMPTY);
  const { data: environment } = useEnvironment();
  const verify = useVerifyToken();
  const connect = useConnectWithToken();
  const filled = fields.hostUrl.trim() !== '' && fields.token !== '';
  // a result belongs to what was checked: any change clears it, and an answer that comes late is not shown
  const edit = (change: Partial<TokenCredentials>): void => {
    setFields({ ...fields, ...change });
    verify.reset();
    connect.reset();
  };
  const connectNow = (): void => {
    connect.mutate(fields, { onSuccess: (connection) => { setFields(EMPTY); verify.reset(); onConnected(connection); } });
  };
  const canVerify = filled && !connect.isPending && !disabled;
  const failure = connect.error ?? verify.error;
  const refusal = checksOf(connect.error);
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (canVerify && !verify.isPending) { connect.reset(); verify.mutate(fields); } }}>
      <Stack maw={760}>
        <Prerequisites>
          <List.Item>a Slack app of your own with the bot token scopes below, installed in the workspace</List.Item>
          <List.Item>its Bot User OAuth Token, from the app’s page <i>OAuth &amp; Permissions</i></List.Item>
        </Prerequisites>
        {environment?.slackSandbox && <SandboxTokenNote onUse={edit} disabled={disabled} />}
        <TextInput label="Slack Host URL" description="The address of your workspace. It is compared with the token’s workspace; nothing is sent there." placeholder="https://acme.slack.com" value={fields.hostUrl} onChange={(event) => { edit({ hostUrl: event.currentTarget.value }); }} disabled={disabled} autoComplete="off" spellCheck={false} inputMode="url" />
        <SecretInput label="Token" description="Bot User OAuth Token, starts with xoxb-" value={fields.token} onChange={(token) => { edit({ token }); }} disabled={disabled} />
        <ManifestHelp purpose="token" hostUrl={fields.hostUrl} />
        <Group>
          <WorkButton type="submit" variant="default" busy={verify.isPending} disabled={!canVerify}>VERIFY CONNECTIVITY</WorkButton>
          <WorkButton busy={connect.isPending} disabled={disabled || verify.data?.ok !== true} onClick={connectNow}>CONNECT</WorkButton>
        </Group>
        {refusal ? <CheckList checks={refusal} ok={false} /> : failure && <ProblemAlert error={failure} />}
        {verify.data && !connect.error && <CheckList checks={verify.data.checks} ok={verify.data.ok} />}
        <ScopeTable grants={grantsOfChecks(refusal ?? verify.data?.checks)} />
        <BottomStatus>{connect.data ? `${successOf(connect.data)}. The workspace is connected.` : verify.data?.ok && !connect.error ? successOf(verify.data) : undefined}</BottomStatus>
      </Stack>
    </form>
  );
}

function checksOf(error: Error | null): ConnectivityCheckView[] | undefined {
  return error instanceof ApiProblem ? error.problem.checks : undefined;
}

function successOf({ workspace, bot }: Pick<VerificationResult, 'workspace' | 'bot'>): string {
  return cleanLine(`Connection successful: ${workspace?.name ?? 'Slack'}${bot ? ` as @${bot.name}` : ''}`);
}
