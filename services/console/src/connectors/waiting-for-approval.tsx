/** Somebody left for Slack and no answer has come back: most likely an admin of the workspace must approve the app first. */
import { Button, Group, Stack, Text } from '@mantine/core';

import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { TimeAgo } from '../parts/time-ago.js';
import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';
import { departures, type Departure } from './departure.js';
import { useLeaveForSlack } from './use-leave-for-slack.js';

export function WaitingForApproval({ departure: { at, connectionId, workspace } }: { departure: Departure }) {
  const mayConnect = useCan('connectors:configure');
  const { leave, isLeaving, error } = useLeaveForSlack();
  const again = (): void => { leave(connectionId === undefined ? undefined : { id: connectionId, name: workspace ?? '' }); };
  return (
    <Notice color="indigo" role="status" title="Waiting for approval in Slack">
      <Stack gap="xs">
        <Text size="sm">{`${workspace === undefined ? 'You left for Slack' : `You left for Slack to connect ${workspace} again`}, `}<TimeAgo at={at} spoken />{', and no answer has come back. Where an admin of the workspace must approve the app, Slack tells you when they have; then try again. If you only turned back, try again at any time.'}</Text>
        <Group gap="xs">
          <WorkButton size="xs" busy={isLeaving} disabled={!mayConnect} onClick={again}>Try again</WorkButton>
          <Button size="xs" variant="default" onClick={departures.forget}>No longer wanted</Button>
        </Group>
        {error && <ProblemAlert error={error} />}
      </Stack>
    </Notice>
  );
}
