/** What stands around every page: the way to the others, who is signed in, light or dark. */
import { Anchor, AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Navigate, Outlet, useLocation } from 'react-router';

import { ConnectionBanners } from '../connection/connection-banners.js';
import { useClaims } from '../session/session.js';
import { Navigation } from './navigation.js';
import { ThemeToggle } from './theme-toggle.js';
import { Who } from './who.js';

export function Shell() {
  const claims = useClaims();
  const { pathname, search } = useLocation();
  const [open, { toggle, close }] = useDisclosure(false);
  if (!claims) return <Navigate to={`/sign-in?to=${encodeURIComponent(`${pathname}${search}`)}`} replace />;
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !open } }} padding="md">
      <Anchor href="#page" className="skip-link">Skip to the page</Anchor>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={open ? 'Close the navigation' : 'Open the navigation'} aria-expanded={open} />
            <img src="/icon.svg" alt="" width={26} height={26} />
            <Text fw={700} visibleFrom="xs">Tocsin</Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ThemeToggle />
            <Who claims={claims} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Main">
        <Navigation onFollow={close} />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <ConnectionBanners />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
