/** IDENTITY PROVIDER: the published app, over Slack's consent page. */
import { Button, Group, List, Stack, Text } from '@mantine/core';

import { useConnectWithOauth, useVerifyOauth } from '../api/connections.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { BottomStatus } from './bottom-status.js';
import { CheckList } from './check-list.js';
import { departure } from './departure.js';
import { ScopeTable } from './scope-table.js';

export function IdentityProviderTab({ disabled }: { disabled: boolean }) {
  const verify = useVerifyOauth();
  const connect = useConnectWithOauth();
  const failure = connect.error ?? verify.error;
  const leave = (): void => {
    connect.mutate(undefined, {
      onSuccess: ({ authorizeUrl }) => {
        departure.open();
        window.location.assign(authorizeUrl);
      },
    });
  };
  return (
    <Stack maw={760}>
      <div>
        <Text size="sm" fw={600}>You need</Text>
        <List size="sm">
          <List.Item>a Slack account that may install apps in the workspace; where an admin must approve the app first, Slack does not come back here until they have</List.Item>
          <List.Item>on our side, the published app’s client id and secret (an operator sets them once)</List.Item>
        </List>
      </div>
      <Group>
        <Button variant="default" onClick={() => { connect.reset(); verify.mutate(); }} loading={verify.isPending} disabled={disabled || connect.isPending}>VERIFY CONNECTIVITY</Button>
        <Button onClick={leave} loading={connect.isPending} disabled={disabled || verify.data?.ok !== true}>CONNECT</Button>
      </Group>
      {failure && <ProblemAlert error={failure} />}
      {verify.data && <CheckList checks={verify.data.checks} ok={verify.data.ok} />}
      <Text size="sm">Slack will ask you to allow exactly these scopes:</Text>
      <ScopeTable />
      <BottomStatus>{verify.data?.ok ? 'Ready to connect' : undefined}</BottomStatus>
    </Stack>
  );
}
