/** What is paused: by whom, since when, how much waits for it, and going on. */
import { Group, Text } from '@mantine/core';

import type { Pause } from '@tocsin/contracts';

import { usePauseAction, usePauses } from '../api/pauses.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';
import { counted } from './delivery-words.js';

export function PauseBanners() {
  const { data: pauses = [] } = usePauses();
  return pauses.map((pause) => <Banner key={pause.workflowId ?? ''} pause={pause} />);
}

function Banner({ pause: { workflowId, pausedAt, pausedBy, waiting } }: { pause: Pause }) {
  const mayResume = useCan('deliveries:replay');
  const resume = usePauseAction();
  return (
    <Notice color="orange" role="status" title={workflowId === undefined ? 'Sending is paused' : `Workflow ${workflowId} is paused`}>
      <Group justify="space-between" gap="sm">
        <Text size="sm">{`By ${pausedBy}, since `}<time dateTime={pausedAt}>{new Date(pausedAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}</time>{`. ${counted(waiting, 'delivery')} ${waiting === 1 ? 'waits' : 'wait'} for it.`}</Text>
        <Group gap="sm">
          {!mayResume && <Text size="sm">Needs the permission deliveries:replay</Text>}
          <WorkButton size="xs" disabled={!mayResume} busy={resume.isPending} onClick={() => { resume.mutate({ kind: 'resume', ...(workflowId !== undefined && { workflowId }) }); }}>Resume</WorkButton>
        </Group>
      </Group>
      {resume.error && <ProblemAlert error={resume.error} />}
    </Notice>
  );
}
