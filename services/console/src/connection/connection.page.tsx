/** One connected workspace: how it stands, its channels and people, its scopes, and what happened to it. */
import { Anchor, Skeleton, Tabs, Text } from '@mantine/core';
import { Link, useNavigate, useParams } from 'react-router';

import type { Connection } from '@tocsin/contracts';

import { ApiProblem } from '../api/client.js';
import { useConnection } from '../api/connections.js';
import { ConnectorsPath } from '../connectors/connectors-path.js';
import { HealthMarks } from '../connectors/health-mark.js';
import { useMayListConnections } from '../connectors/may-list-connections.js';
import { NeedsPermission } from '../parts/needs-permission.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useCan } from '../session/session.js';
import { Page } from '../shell/page.js';
import { ActivityPanel } from './activity-panel.js';
import { DirectoryPanel } from './directory-panel.js';
import { Overview } from './overview.js';
import { ScopesPanel } from './scopes-panel.js';

const TABS = [
  { value: 'overview', label: 'Overview' },
  { value: 'channels', label: 'Channels & people' },
  { value: 'scopes', label: 'Scopes' },
  { value: 'activity', label: 'Activity' },
] as const;

export function ConnectionPage() {
  const { connectionId = '' } = useParams();
  const mayList = useMayListConnections();
  const { data: connection, error, refetch } = useConnection(connectionId, { enabled: mayList });
  const isGone = error instanceof ApiProblem && error.problem.status === 404;
  if (connection && !isGone) return <Known connection={connection} failure={error} />;
  return (
    <Page title="Slack" path={<ConnectorsPath slack />} tabTitle="Slack · Connectors">
      {!mayList && <NeedsPermission permission="connectors:configure" to="see connected workspaces" />}
      {isGone ? <Gone /> : error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {mayList && !error && <Skeleton height={200} />}
    </Page>
  );
}

function Gone() {
  return (
    <Notice color="gray" title="This workspace is not connected">
      <Text size="sm">It was disconnected, or the address is not right. Go to <Anchor component={Link} to="/connectors/slack" underline="always">Slack</Anchor> to see what is connected and to connect it again.</Text>
    </Notice>
  );
}

function Known({ connection, failure }: { connection: Connection; failure: Error | null }) {
  const { tab } = useParams();
  const navigate = useNavigate();
  const mayConfigure = useCan('connectors:configure');
  const { id, workspace } = connection;
  const shown = TABS.find(({ value }) => value === tab)?.value ?? 'overview';
  const show = (next: string | null): void => {
    void navigate(`/connectors/slack/${encodeURIComponent(id)}${next === null || next === 'overview' ? '' : `/${next}`}`, { replace: true, preventScrollReset: true });
  };
  return (
    <Page title={workspace.name} path={<ConnectorsPath slack />} tabTitle={`${workspace.name} · Connectors`} aside={<HealthMarks connection={connection} />}>
      {failure && <ProblemAlert error={failure} />}
      {!mayConfigure && <NeedsPermission permission="connectors:configure" to="change anything here" />}
      <Tabs value={shown} onChange={show} keepMounted={false}>
        <Tabs.List mb="lg" className="tight-tabs" aria-label="About this workspace">
          {TABS.map(({ value, label }) => <Tabs.Tab key={value} value={value}>{label}</Tabs.Tab>)}
        </Tabs.List>
        <Tabs.Panel value="overview"><Overview connection={connection} /></Tabs.Panel>
        <Tabs.Panel value="channels"><DirectoryPanel connection={connection} /></Tabs.Panel>
        <Tabs.Panel value="scopes"><ScopesPanel connection={connection} /></Tabs.Panel>
        <Tabs.Panel value="activity"><ActivityPanel connection={connection} /></Tabs.Panel>
      </Tabs>
    </Page>
  );
}
