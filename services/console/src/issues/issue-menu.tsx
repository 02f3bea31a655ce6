/** The three-dots menu of an issue, in its row and where it is open. */
import { ActionIcon, Menu } from '@mantine/core';

import type { Issue } from '@tocsin/domain';

import { useCopy } from '../parts/use-copy.js';
import { useCan } from '../session/session.js';

/** A menu gives the focus back to its button as it closes; a dialog opened before that would lose it. */
const FOCUS_RETURNED_MS = 30;

export function IssueMenu({ issue, onSend }: { issue: Issue; onSend: () => void }) {
  const maySend = useCan('issues:send');
  const link = useCopy(`${window.location.origin}/issues/${encodeURIComponent(issue.id)}`, 'Copy link');
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`More actions: ${issue.title}`}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="currentColor"><circle cx="8" cy="3" r="1.5" /><circle cx="8" cy="8" r="1.5" /><circle cx="8" cy="13" r="1.5" /></svg>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => { setTimeout(onSend, FOCUS_RETURNED_MS); }} disabled={!maySend}>Send to Slack</Menu.Item>
        {!maySend && <Menu.Label>Needs the permission issues:send</Menu.Label>}
        <Menu.Item onClick={link.copy} closeMenuOnClick={false}><span aria-live="polite">{link.said}</span></Menu.Item>
        {isWebAddress(issue.location?.url) && <Menu.Item component="a" href={issue.location?.url} target="_blank" rel="noopener noreferrer">Open in repository</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

function isWebAddress(url: string | undefined): boolean {
  return url !== undefined && /^https?:\/\//i.test(url);
}
