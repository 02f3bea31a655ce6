/** The open issue: all that is known of it, what was sent about it, and Send to Slack at the bottom. */
import { Button, Drawer, Group, Skeleton, Stack, Title } from '@mantine/core';

import type { Issue } from '@tocsin/domain';

import { useIssue } from '../api/issues.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFocusBack } from '../parts/use-focus-back.js';
import { useCan } from '../session/session.js';
import { IssueFacts } from './issue-facts.js';
import { IssueMenu } from './issue-menu.js';
import { IssueNotifications } from './issue-notifications.js';

interface IssueDrawerProps {
  id: string;
  /** A dialog lies on top, which Esc is for. */
  covered: boolean;
  onSend: (issues: readonly Issue[]) => void;
  onClose: () => void;
}

export function IssueDrawer({ id, covered, onSend, onClose }: IssueDrawerProps) {
  const { data: issue, error, refetch } = useIssue(id);
  useFocusBack();
  return (
    <Drawer opened onClose={onClose} closeOnEscape={!covered} position="right" size={560} title="Issue" closeButtonProps={{ 'aria-label': 'Close the issue' }}>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!issue && !error && <Skeleton height={320} />}
      {issue && <OpenIssue issue={issue} onSend={() => { onSend([issue]); }} />}
    </Drawer>
  );
}

function OpenIssue({ issue, onSend }: { issue: Issue; onSend: () => void }) {
  const maySend = useCan('issues:send');
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Title order={2} size="h4">{issue.title}</Title>
        <IssueMenu issue={issue} onSend={onSend} />
      </Group>
      <IssueFacts issue={issue} />
      <IssueNotifications issueId={issue.id} />
      <div className="drawer-foot">
        <Button onClick={onSend} disabled={!maySend} fullWidth>Send to Slack</Button>
        {!maySend && <small>Needs the permission issues:send.</small>}
      </div>
    </Stack>
  );
}
