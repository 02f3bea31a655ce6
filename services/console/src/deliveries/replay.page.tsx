/** One replay of many: how far it is, by its address. */
import { Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { useParams } from 'react-router';

import { CopyText } from '../parts/copyable.js';
import { NeedsPermission } from '../parts/needs-permission.js';
import { useCan } from '../session/session.js';
import { DeliveriesFrame } from './deliveries-frame.js';
import { ReplayProgressView } from './replay-progress.js';
import { begunReplays } from './use-begun-replays.js';

export function ReplayPage() {
  const { replayId = '' } = useParams();
  const mayRead = useCan('deliveries:replay');
  return (
    <DeliveriesFrame tabTitle="Replay · Deliveries">
      {mayRead ? <OneReplay key={replayId} replayId={replayId} /> : <NeedsPermission permission="deliveries:replay" to="see how far a replay is" />}
    </DeliveriesFrame>
  );
}

function OneReplay({ replayId }: { replayId: string }) {
  // it is forgotten once its end is seen
  const [begun] = useState(() => begunReplays.all().find((replay) => replay.replayId === replayId));
  return (
    <Stack component="section" aria-label="Replay" maw={760}>
      <Title order={2} size="h4">Replay of many</Title>
      <ReplayProgressView replayId={replayId} wanted={begun?.wanted} />
      <div><CopyText value={window.location.href} label="Copy link" /></div>
    </Stack>
  );
}
