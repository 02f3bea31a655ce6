/** Replay of many: how many and which of them repeat, where to and why; then how far it is. */
import { Anchor, Button, Checkbox, Group, List, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';

import type { AcceptedReplays } from '@tocsin/contracts';
import { UNDER_WAY_STATES } from '@tocsin/domain';

import { useConnections } from '../api/connections.js';
import { useReplayMany, useReplayProgress } from '../api/delivery-actions.js';
import { newIdempotencyKey } from '../api/idempotency-key.js';
import { useMayListConnections } from '../connectors/may-list-connections.js';
import { Dialog } from '../parts/dialog.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { attemptFor, type Attempt } from '../send/draft.js';
import { counted } from './delivery-words.js';
import { MAY_REPEAT, NOT_POSTED, onlyIn, totalOf, type Scope } from './picked.js';
import { ReplayFields, SAME_PLACE, type ReplayChoice } from './replay-fields.js';
import { ReplayProgressView } from './replay-progress.js';
import { begunReplays } from './use-begun-replays.js';
import { useScopeNow } from './use-scope-now.js';

export function ReplayManyDialog({ scope, onClose }: { scope: Scope; onClose: () => void }) {
  // what was meant when the dialog opened: the list goes on changing behind it
  const [opened] = useState(scope);
  const meant = useScopeNow(opened);
  const [choice, setChoice] = useState<ReplayChoice>(SAME_PLACE);
  const [force, setForce] = useState(false);
  const [attempt, setAttempt] = useState<Attempt>();
  const replay = useReplayMany((replayId, wanted) => { begunReplays.add({ replayId, wanted }); });
  const connectionId = useOnlyConnection(meant);
  const states = force ? [...NOT_POSTED, ...MAY_REPEAT] : NOT_POSTED;
  const count = totalOf(meant, states);
  const ready = count > 0 && (!choice.elsewhere || choice.destination !== undefined);
  const submit = (): void => {
    if (!ready || replay.isPending) return;
    const body = {
      filter: onlyIn(states, meant.filter),
      ...(choice.destination && { destination: { id: choice.destination.id } }),
      ...(choice.reason.trim() !== '' && { reason: choice.reason.trim() }),
      ...(force && { force }),
    };
    const next = attemptFor(JSON.stringify(body), attempt, newIdempotencyKey);
    setAttempt(next);
    replay.mutate({ body, idempotencyKey: next.key, wanted: count });
  };
  if (replay.data) return <Begun begun={replay.data} wanted={replay.variables.wanted} onClose={onClose} />;
  return (
    <Dialog onClose={onClose} title={`Replay ${counted(totalOf(meant), 'delivery')}`} size="lg">
      <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Stack>
          <What scope={meant} changed={totalOf(opened) - totalOf(meant)} force={force} onForce={setForce} />
          <ReplayFields choice={choice} same="The same, each to its own" connectionId={connectionId} onChange={setChoice} />
          {replay.error && <ProblemAlert error={replay.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>CANCEL</Button>
            <WorkButton type="submit" disabled={!ready} busy={replay.isPending}>{`REPLAY ${count.toLocaleString('en')}`}</WorkButton>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function What({ scope, changed, force, onForce }: { scope: Scope; changed: number; force: boolean; onForce: (force: boolean) => void }) {
  const underWay = totalOf(scope, UNDER_WAY_STATES);
  const notPosted = totalOf(scope, NOT_POSTED);
  const { posted = 0, unconfirmed = 0 } = scope.byState;
  return (
    <>
      {notPosted + underWay + Math.max(0, changed) > 0 && <List size="sm">
        {notPosted > 0 && <List.Item>{`${counted(notPosted, 'delivery')} ended without a message in Slack`}</List.Item>}
        {underWay > 0 && <List.Item>{`${counted(underWay, 'delivery')} still under way: left alone`}</List.Item>}
        {changed > 0 && <List.Item>{`${counted(changed, 'delivery')} changed since you opened this: left alone`}</List.Item>}
      </List>}
      {totalOf(scope, MAY_REPEAT) > 0 && (
        <Notice color="orange" title="Some may be in Slack twice">
          {unconfirmed > 0 && <Text size="sm">{`${counted(unconfirmed, 'delivery')} may have been posted already: Slack did not confirm ${unconfirmed === 1 ? 'it, and it is' : 'them, and they are'} left out unless you say otherwise.`}</Text>}
          {posted > 0 && <Text size="sm" mb="xs">{`${counted(posted, 'delivery')} ${posted === 1 ? 'was' : 'were'} already posted, and ${posted === 1 ? 'is' : 'are'} left out unless you say otherwise.`}</Text>}
          <Checkbox label="Post them again nevertheless" checked={force} onChange={(event) => { onForce(event.currentTarget.checked); }} />
        </Notice>
      )}
    </>
  );
}

function Begun({ begun: { replayId, matched }, wanted, onClose }: { begun: AcceptedReplays; wanted: number; onClose: () => void }) {
  const ended = useReplayProgress(replayId).data?.state === 'done';
  return (
    <Dialog onClose={onClose} title="Replay">
      <Stack>
        <ReplayProgressView replayId={replayId} matched={matched} wanted={wanted} />
        <Group justify="flex-end">
          <Anchor component={Link} to="/deliveries" size="sm" mr="auto" underline="always" onClick={onClose}>All deliveries</Anchor>
          <Button variant="default" onClick={onClose} data-autofocus>{ended ? 'DONE' : 'CLOSE'}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** Another destination has to be of the same workspace as all of them. */
function useOnlyConnection({ filter }: Scope): string | undefined {
  const { data = [] } = useConnections({ enabled: useMayListConnections() });
  const named = filter.connectionId ?? [];
  if (named.length === 1) return typeof named === 'string' ? named : named[0];
  return data.length === 1 ? data[0]?.id : undefined;
}
