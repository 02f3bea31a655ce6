/** IDENTITY PROVIDER: the published app, over Slack's consent page. */
import { Group, List, Stack, Text } from '@mantine/core';

import { useVerifyOauth } from '../api/connections.js';
import { useEnvironment } from '../api/environment.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { BottomStatus } from './bottom-status.js';
import { CheckList } from './check-list.js';
import { ManifestHelp } from './manifest-help.js';
import { Prerequisites } from './prerequisites.js';
import { SandboxNote } from './sandbox-note.js';
import { ScopeTable } from './scope-table.js';
import { useLeaveForSlack } from './use-leave-for-slack.js';

export function IdentityProviderTab({ disabled }: { disabled: boolean }) {
  const { data: environment } = useEnvironment();
  const verify = useVerifyOauth();
  const { leave, isLeaving, error, reset } = useLeaveForSlack();
  const failure = error ?? verify.error;
  const isNotSetUp = verify.data?.checks.some(({ id, status }) => id === 'client.configured' && status === 'failed') ?? false;
  return (
    <Stack maw={760}>
      <Prerequisites>
        <List.Item>a Slack account that may install apps in the workspace</List.Item>
        <List.Item>on our side, the published app’s client id and secret; whoever runs Tocsin sets them once</List.Item>
      </Prerequisites>
      {environment?.slackSandbox && <SandboxNote>CONNECT leads to the sandbox’s own consent page.</SandboxNote>}
      <Notice color="gray" title="Must an admin of the workspace approve apps first?">
        <Text size="sm">Then Slack asks them after CONNECT and does not come back here. This page shows that you wait for their approval; once they have approved, choose <i>Try again</i>.</Text>
      </Notice>
      <Group>
        <WorkButton variant="default" busy={verify.isPending} disabled={disabled || isLeaving} onClick={() => { reset(); verify.mutate(); }}>VERIFY CONNECTIVITY</WorkButton>
        <WorkButton busy={isLeaving} disabled={disabled || verify.data?.ok !== true} onClick={() => { leave(); }}>CONNECT</WorkButton>
      </Group>
      {failure && <ProblemAlert error={failure} />}
      {verify.data && <CheckList checks={verify.data.checks} ok={verify.data.ok} />}
      {isNotSetUp && <ManifestHelp purpose="published" />}
      <Text size="sm">Slack will ask you to allow exactly these scopes; the optional one can be declined there.</Text>
      <ScopeTable />
      <BottomStatus>{verify.data?.ok ? 'Ready to connect' : undefined}</BottomStatus>
    </Stack>
  );
}
