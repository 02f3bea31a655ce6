/** Who is signed in, for which organization and in which roles; and the way out. */
import { Button, Menu, Text } from '@mantine/core';

import type { Claims } from '../session/claims.js';
import { session } from '../session/session.js';

export function Who({ claims: { user, organization, roles } }: { claims: Claims }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" maw={{ base: 170, xs: 320 }} aria-label={`Signed in as ${user}, organization ${organization}`}>
          <Text span size="sm" truncate>{user}</Text>
          <Text span size="sm" c="dimmed" ml={6} visibleFrom="xs">{organization}</Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{`Organization ${organization}`}</Menu.Label>
        <Menu.Label>{`Roles: ${roles.join(', ') || 'none'}`}</Menu.Label>
        <Menu.Divider />
        <Menu.Item onClick={session.end}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
