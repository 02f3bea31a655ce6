/** Deliveries that ended without being posted, a card for each reason: how many, what to do, and one action for all of them. */
import { Anchor, Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';

import { useReasons, type ReasonGroup } from '../api/deliveries.js';
import { useLiveDeliveries } from '../api/delivery-stream.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFailure } from '../parts/use-failure.js';
import { TimeAgo } from '../parts/time-ago.js';
import { useCan } from '../session/session.js';
import { StateMark } from './delivery-state.js';
import { counted } from './delivery-words.js';
import type { Scope } from './picked.js';
import { placesOf } from './reason-places.js';
import { scopeOfGroup, UNSOLVED } from './reason-scope.js';
import { ReplayManyDialog } from './replay-many-dialog.js';

/** Suppressed ones were not sent on purpose. */
const PROBLEMS = { ...UNSOLVED, state: ['failed', 'dead', 'unconfirmed'] } as const;
/** Of the stream: what was sent again goes from the list, and that is a change too. */
const CHANGES = { state: [...PROBLEMS.state, 'waiting', 'posting'] } as const;

export function ReasonGroups() {
  useLiveDeliveries(CHANGES, { enabled: true });
  const query = useReasons(PROBLEMS);
  const { data: groups } = query;
  const failure = useFailure(query);
  const [replaying, setReplaying] = useState<Scope>();
  return (
    <>
      {failure && <ProblemAlert {...failure} />}
      {!groups && !failure && <Skeleton height={120} />}
      {groups?.length === 0 && <Text>Nothing: every delivery was posted, waits its turn, was suppressed on purpose or has been sent again.</Text>}
      {groups?.map((group) => <ReasonCard key={`${group.state} ${group.code} ${group.message}`} group={group} onReplay={setReplaying} />)}
      {replaying && <ReplayManyDialog scope={replaying} onClose={() => { setReplaying(undefined); }} />}
    </>
  );
}

function ReasonCard({ group, onReplay }: { group: ReasonGroup; onReplay: (scope: Scope) => void }) {
  const { state, code, message, otherMessages, remedy, count, lastAt } = group;
  const mayReplay = useCan('deliveries:replay');
  const places = placesOf(group);
  const list = new URLSearchParams({ ...UNSOLVED, state, code });
  return (
    <Paper withBorder p="md" component="article" aria-label={`${counted(count, 'delivery')}: ${message}`}>
      <Stack gap="xs">
        <Group gap="sm">
          <StateMark state={state} />
          <Title order={3} size="h6">{counted(count, 'delivery')}</Title>
          <Text span size="sm" c="dimmed">latest: <TimeAgo at={lastAt} spoken /></Text>
        </Group>
        {places !== '' && <Text size="sm">{places}</Text>}
        <div>
          <Text size="sm">{otherMessages > 0 ? `The latest: ${message}` : message}</Text>
          <Text size="sm" fw={600}>{remedy}</Text>
        </div>
        <Group gap="sm">
          <Button size="xs" disabled={!mayReplay} onClick={() => { onReplay(scopeOfGroup(group)); }}>{count === 1 ? 'Replay it' : 'Replay all'}</Button>
          <Anchor component={Link} to={`/deliveries?${list.toString()}`} size="sm" underline="always">{count === 1 ? 'See it' : 'See them'}</Anchor>
          {!mayReplay && <Text size="sm" c="dimmed">Needs the permission deliveries:replay</Text>}
        </Group>
      </Stack>
    </Paper>
  );
}
