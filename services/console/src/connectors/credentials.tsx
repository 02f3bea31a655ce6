/** The two ways to connect a workspace, one tab each. */
import { Paper, Tabs } from '@mantine/core';

import { IdentityProviderTab } from './identity-provider-tab.js';
import { TokenTab } from './token-tab.js';

export function Credentials({ disabled }: { disabled: boolean }) {
  return (
    <Paper withBorder p={{ base: 'sm', sm: 'lg' }}>
      <Tabs defaultValue="token" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="identity-provider">IDENTITY PROVIDER</Tabs.Tab>
          <Tabs.Tab value="token">TOKEN</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="identity-provider"><IdentityProviderTab disabled={disabled} /></Tabs.Panel>
        <Tabs.Panel value="token"><TokenTab disabled={disabled} /></Tabs.Panel>
      </Tabs>
    </Paper>
  );
}
