/** The pages of the console, and the sandbox's own page while messages go there. */
import { NavLink as Item } from '@mantine/core';
import { NavLink, useLocation } from 'react-router';

import { useEnvironment } from '../api/environment.js';

const PAGES = [
  { to: '/issues', label: 'Active Issues' },
  { to: '/connectors', label: 'Connectors' },
  { to: '/deliveries', label: 'Deliveries' },
] as const;

export function Navigation({ onFollow }: { onFollow: () => void }) {
  const { pathname } = useLocation();
  const { data: environment } = useEnvironment();
  return (
    <>
      {PAGES.map(({ to, label }) => (
        <Item key={to} component={NavLink} to={to} label={label} active={pathname.startsWith(to)} onClick={onFollow} className="nav-item" />
      ))}
      {environment?.sandboxUrl !== undefined && (
        <Item component="a" href={environment.sandboxUrl} target="_blank" rel="noopener" label="Slack sandbox ↗" description="What arrived there" className="nav-item" mt="auto" />
      )}
    </>
  );
}
