/** How far a replay of many is. It goes on when the page is closed, and has an address of its own. */
import { Progress, Skeleton, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';

import { useReplayProgress } from '../api/delivery-actions.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFailure } from '../parts/use-failure.js';
import { endTitle, leftOutWords, soFarWords } from './replay-words.js';
import { begunReplays, useBegunReplays } from './use-begun-replays.js';

interface ReplayProgressViewProps {
  replayId: string;
  /** Undefined until it is asked for. */
  matched?: number;
  /** How many were to be sent again, as far as was known then. */
  wanted: number | undefined;
}

export function ReplayProgressView({ replayId, matched, wanted }: ReplayProgressViewProps) {
  const query = useReplayProgress(replayId);
  const { data } = query;
  const failure = useFailure(query);
  const progress = data ?? (matched === undefined ? undefined : { state: 'running' as const, matched, done: 0, skipped: 0 });
  const ended = progress?.state === 'done';
  const isOurs = useBegunReplays().some((begun) => begun.replayId === replayId);
  // its end is seen here, and need not be told above the list
  useEffect(() => { if (ended) begunReplays.forget(replayId); }, [ended, replayId]);
  return (
    <Stack>
      {!progress && !failure && <Skeleton height={60} />}
      {progress && <Progress value={progress.matched === 0 ? 100 : (100 * (progress.done + progress.skipped)) / progress.matched} aria-label="Progress of the replay" />}
      {progress && !ended && <Text size="sm">{soFarWords(progress)}</Text>}
      <div role="status">
        {progress && (ended
          ? <Notice color="green" title={endTitle(progress)}><Text size="sm">{leftOutWords(progress, wanted)} Each waits its turn like every other.</Text></Notice>
          : <Text size="sm">{`You can leave this; it goes on${isOurs ? ', and stands above the deliveries until you have seen its end' : ''}.`}</Text>)}
      </div>
      {failure && <ProblemAlert {...failure} />}
    </Stack>
  );
}
