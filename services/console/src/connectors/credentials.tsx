/** *Configure your Slack credentials*: the two ways to connect a workspace, one tab each. What is typed stays while one looks at the other. */
import { Paper, Stack, Tabs, Title } from '@mantine/core';
import type { Ref } from 'react';

import type { Connection } from '@tocsin/contracts';

import { IdentityProviderTab } from './identity-provider-tab.js';
import { TokenTab } from './token-tab.js';

export const CREDENTIAL_TABS = ['identity-provider', 'token'] as const;
export type CredentialTab = (typeof CREDENTIAL_TABS)[number];

interface CredentialsProps {
  disabled: boolean;
  tab: CredentialTab;
  onTab: (tab: CredentialTab) => void;
  onConnected: (connection: Connection) => void;
  /** The tab that a way back from Slack leads to. */
  identityProvider: Ref<HTMLButtonElement>;
}

export function Credentials({ disabled, tab, onTab, onConnected, identityProvider }: CredentialsProps) {
  return (
    <Stack component="section" gap="sm" aria-label="Configure your Slack credentials">
      <Title order={2} size="h4">Configure your Slack credentials</Title>
      <Paper withBorder p={{ base: 'sm', sm: 'lg' }}>
        <Tabs value={tab} onChange={(next) => { if (next !== null) onTab(next as CredentialTab); }}>
          <Tabs.List mb="md" aria-label="Ways to connect">
            <Tabs.Tab value="identity-provider" ref={identityProvider}>IDENTITY PROVIDER</Tabs.Tab>
            <Tabs.Tab value="token">TOKEN</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="identity-provider"><IdentityProviderTab disabled={disabled} /></Tabs.Panel>
          <Tabs.Panel value="token"><TokenTab disabled={disabled} onConnected={onConnected} /></Tabs.Panel>
        </Tabs>
      </Paper>
    </Stack>
  );
}
