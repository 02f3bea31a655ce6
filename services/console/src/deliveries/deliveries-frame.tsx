/** What the pages of Deliveries share: their heading, the ways between them, the stop button, what is paused and what is being replayed. */
import { Anchor, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';

import { useCan } from '../session/session.js';
import { Page } from '../shell/page.js';
import { PauseBanners } from './pause-banners.js';
import { PauseControl } from './pause-control.js';
import { ReplayBanners } from './replay-banners.js';

const PROBLEMS = '/deliveries/problems';
const WHY = '/deliveries/why';
const PAGES = [
  { to: '/deliveries', label: 'All deliveries' },
  { to: PROBLEMS, label: 'Problems' },
  { to: WHY, label: 'Why did I not get it?' },
] as const;

export function DeliveriesFrame({ tabTitle = 'Deliveries', children }: { tabTitle?: string; children: ReactNode }) {
  const mayRead = useCan('deliveries:read');
  const mayReplay = useCan('deliveries:replay');
  const { pathname } = useLocation();
  // an open delivery has an address below the list's
  const here = [PROBLEMS, WHY].find((path) => path === pathname) ?? '/deliveries';
  return (
    <Page title="Deliveries" tabTitle={tabTitle} aside={mayRead && <PauseControl />}>
      <Group component="nav" gap="lg" aria-label="Pages of Deliveries" className="page-nav">
        {PAGES.map(({ to, label }) => <Anchor key={to} component={Link} to={to} size="sm" {...(to === here && { 'aria-current': 'page' as const })}>{label}</Anchor>)}
      </Group>
      {mayRead && <PauseBanners />}
      {mayReplay && <ReplayBanners />}
      {children}
    </Page>
  );
}
