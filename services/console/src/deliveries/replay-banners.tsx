/** The replays of many that were begun here: how far each is, and at its end what it did, until somebody has seen it. */
import { Anchor, Group, Progress, Text } from '@mantine/core';
import { useEffect } from 'react';
import { Link, useParams } from 'react-router';

import type { ReplayProgress } from '@tocsin/contracts';

import { ApiProblem } from '../api/client.js';
import { useReplayProgress } from '../api/delivery-actions.js';
import { Notice } from '../parts/notice.js';
import { WorkButton } from '../parts/work-button.js';
import type { BegunReplay } from './begun-replays.js';
import { endTitle, leftOutWords, soFarWords } from './replay-words.js';
import { begunReplays, useBegunReplays } from './use-begun-replays.js';

export function ReplayBanners() {
  const { replayId: shown } = useParams();
  return useBegunReplays().filter(({ replayId }) => replayId !== shown).map((replay) => <Banner key={replay.replayId} replay={replay} />);
}

function Banner({ replay: { replayId, wanted } }: { replay: BegunReplay }) {
  const { data, error } = useReplayProgress(replayId);
  // begun by somebody of another organization, or too long ago
  const isUnknown = error instanceof ApiProblem && error.problem.status === 404;
  useEffect(() => { if (isUnknown) begunReplays.forget(replayId); }, [isUnknown, replayId]);
  if (isUnknown) return null;
  return data?.state === 'done' ? <Ended replayId={replayId} progress={data} wanted={wanted} /> : <Running replayId={replayId} progress={data} />;
}

function Running({ replayId, progress }: { replayId: string; progress: ReplayProgress | undefined }) {
  return (
    <Notice color="indigo" title="A replay is under way">
      {progress && <Progress mb="xs" value={(100 * (progress.done + progress.skipped)) / Math.max(1, progress.matched)} aria-label="Progress of the replay" />}
      <Group justify="space-between" gap="sm">
        <Text size="sm">{progress ? soFarWords(progress) : 'How far it is, is not known at this moment.'}</Text>
        <Anchor component={Link} to={`/deliveries/replays/${encodeURIComponent(replayId)}`} size="sm" underline="always">Its own page</Anchor>
      </Group>
    </Notice>
  );
}

function Ended({ replayId, progress, wanted }: { replayId: string; progress: ReplayProgress; wanted: number }) {
  return (
    <Notice color="green" role="status" title={`The replay has ended: ${endTitle(progress)}`}>
      <Group justify="space-between" gap="sm">
        <Text size="sm">{`${leftOutWords(progress, wanted)} Each waits its turn like every other.`}</Text>
        <WorkButton size="xs" variant="default" onClick={() => { begunReplays.forget(replayId); }}>Dismiss</WorkButton>
      </Group>
    </Notice>
  );
}
