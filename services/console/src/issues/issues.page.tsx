/** Active Issues: the list with its filters, the open issue beside it, and sending to Slack from both. */
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useLocation, useNavigate, useParams, useSearchParams } from 'react-router';

import type { Issue } from '@tocsin/domain';

import { useIssues } from '../api/issues.js';
import { NeedsPermission } from '../parts/needs-permission.js';
import { SendDialog } from '../send/send-dialog.js';
import { useCan } from '../session/session.js';
import { Page } from '../shell/page.js';
import { ImportDialog } from './import-dialog.js';
import { IssueDrawer } from './issue-drawer.js';
import { queryOf, readFilter, writeFilter, type IssueFilter } from './issue-filter.js';
import { IssueFilters } from './issue-filters.js';
import { IssueList } from './issue-list.js';
import { FROM_LIST } from './opened-from.js';

/** As many issues as one message can carry. */
const MOST_IN_ONE_MESSAGE = 50;

export function IssuesPage() {
  if (!useCan('issues:read')) return <Page title="Active Issues"><NeedsPermission permission="issues:read" to="see issues" /></Page>;
  return <Issues />;
}

function Issues() {
  const { issueId } = useParams();
  const navigate = useNavigate();
  const { state: openedFrom } = useLocation() as { state: unknown };
  const [search, setSearch] = useSearchParams();
  const [selected, setSelected] = useState<readonly Issue[]>([]);
  const [sending, setSending] = useState<readonly Issue[]>([]);
  const [importing, setImporting] = useState(false);
  const filter = readFilter(search);
  const list = useIssues({ ...queryOf(filter) });
  const change = (next: IssueFilter): void => {
    setSelected([]);
    setSearch(writeFilter(next), { replace: true });
  };
  // closing goes back to the list that it was opened from, so that Back does not open it again
  const close = (): void => void (openedFrom === FROM_LIST ? navigate(-1) : navigate({ pathname: '/issues', search: search.toString() }, { replace: true }));
  return (
    <Page title="Active Issues" aside={<ImportButton onClick={() => { setImporting(true); }} />} {...(issueId !== undefined && { tabTitle: 'Issue · Active Issues' })}>
      <IssueFilters filter={filter} onChange={change} />
      <Selection selected={selected} onSend={setSending} onClear={() => { setSelected([]); }} />
      <IssueList list={list} filter={filter} onFilter={change} selected={selected} onSelect={setSelected} onSend={setSending} openId={issueId} />
      {issueId !== undefined && <IssueDrawer key={issueId} id={issueId} covered={sending.length > 0} onSend={setSending} onClose={close} />}
      {importing && <ImportDialog onClose={() => { setImporting(false); }} />}
      {sending.length > 0 && <SendDialog issues={sending} onClose={() => { setSending([]); }} />}
    </Page>
  );
}

function ImportButton({ onClick }: { onClick: () => void }) {
  const mayImport = useCan('issues:ingest');
  return (
    <Group gap="sm">
      {!mayImport && <Text size="sm" c="dimmed">Needs the permission issues:ingest</Text>}
      <Button variant="default" disabled={!mayImport} onClick={onClick}>Import a report</Button>
    </Group>
  );
}

interface SelectionProps {
  selected: readonly Issue[];
  onSend: (issues: readonly Issue[]) => void;
  onClear: () => void;
}

/** Always there, so that the list does not jump when the first issue is selected. */
function Selection({ selected, onSend, onClear }: SelectionProps) {
  const maySend = useCan('issues:send');
  const tooMany = selected.length > MOST_IN_ONE_MESSAGE;
  return (
    <Group gap="sm" mih={36}>
      <Text size="sm" c="dimmed" aria-live="polite">
        {selected.length === 0 ? 'Select issues to send several as one message.' : `${selected.length} selected${tooMany ? `; one message carries at most ${MOST_IN_ONE_MESSAGE}` : ''}`}
      </Text>
      {selected.length > 0 && (
        <>
          <Button size="xs" onClick={() => { onSend(selected); }} disabled={!maySend || tooMany}>Send to Slack</Button>
          {!maySend && <Text size="sm" c="dimmed">Needs the permission issues:send</Text>}
          <Button size="xs" variant="subtle" onClick={onClear}>Clear the selection</Button>
        </>
      )}
    </Group>
  );
}
