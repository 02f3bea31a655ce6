/** How far a replay of many is. It goes on when the page is closed. */
import { Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';

import { useReplayProgress } from '../api/delivery-actions.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { counted } from './delivery-words.js';

interface ReplayProgressViewProps {
  replayId: string;
  matched: number;
  /** How many were to be sent again, as far as was known then. */
  wanted: number;
  onClose: () => void;
}

export function ReplayProgressView({ replayId, matched, wanted, onClose }: ReplayProgressViewProps) {
  const { data, error, refetch } = useReplayProgress(replayId);
  const { done = 0, skipped = 0, state = 'running', matched: total = matched } = data ?? {};
  return (
    <Stack>
      <Progress value={total === 0 ? 100 : (100 * (done + skipped)) / total} aria-label="Progress of the replay" />
      <div role="status">
        {state === 'done'
          ? <Notice color="green" title={`${counted(done, 'delivery')} sent again`}><Text size="sm">{leftOut(skipped, wanted - total)} Each waits its turn like every other.</Text></Notice>
          : <Text size="sm">{`${(done + skipped).toLocaleString('en')} of ${total.toLocaleString('en')}. You can close this; it goes on.`}</Text>}
      </div>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      <Group justify="flex-end">
        <Anchor component={Link} to="/deliveries" size="sm" mr="auto" underline="always" onClick={onClose}>All deliveries</Anchor>
        <Button variant="default" onClick={onClose} data-autofocus>{state === 'done' ? 'DONE' : 'CLOSE'}</Button>
      </Group>
    </Stack>
  );
}

function leftOut(skipped: number, changed: number): string {
  const parts = [
    ...(changed > 0 ? [`${changed.toLocaleString('en')} left out: changed meanwhile.`] : []),
    ...(skipped > 0 ? [`${skipped.toLocaleString('en')} left out: sent again already, or told by a digest.`] : []),
  ];
  return parts.length === 0 ? 'None was left out.' : parts.join(' ');
}
