/** Replay of one delivery: why, where to, and a warning where Slack has it or may have it; then what became of the new one. */
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import type { Delivery } from '@tocsin/contracts';

import { useReplay } from '../api/delivery-actions.js';
import { newIdempotencyKey } from '../api/idempotency-key.js';
import { labelOf } from '../destinations/destination-words.js';
import { Dialog } from '../parts/dialog.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { FollowDelivery } from '../send/follow-delivery.js';
import { destinationName, titleOf } from './delivery-words.js';
import { MAY_REPEAT, mayRepeatAt } from './picked.js';
import { ReplayFields, SAME_PLACE, type ReplayChoice } from './replay-fields.js';
import { attemptFor, type Attempt } from '../send/draft.js';

export function ReplayDialog({ delivery, onClose }: { delivery: Delivery; onClose: () => void }) {
  const [choice, setChoice] = useState<ReplayChoice>(SAME_PLACE);
  const [again, setAgain] = useState(false);
  const [attempt, setAttempt] = useState<Attempt>();
  const replay = useReplay(delivery.id);
  const isPlaceKnown = !choice.elsewhere || choice.destination !== undefined;
  const mayRepeat = isPlaceKnown && mayRepeatAt(delivery, choice.destination);
  const ready = isPlaceKnown && (!mayRepeat || again);
  // who agreed to one place has not agreed to another
  const choose = (next: ReplayChoice): void => {
    if (next.destination?.id !== choice.destination?.id) setAgain(false);
    setChoice(next);
  };
  const submit = (): void => {
    if (!ready || replay.isPending) return;
    const body = {
      ...(choice.destination && { destination: { id: choice.destination.id } }),
      ...(choice.reason.trim() !== '' && { reason: choice.reason.trim() }),
      ...(MAY_REPEAT.includes(delivery.state) && { force: true }),
    };
    const next = attemptFor(JSON.stringify(body), attempt, newIdempotencyKey);
    setAttempt(next);
    replay.mutate({ body, idempotencyKey: next.key });
  };
  const to = choice.destination ? labelOf(choice.destination) : destinationName(delivery);
  return (
    <Dialog onClose={onClose} title="Replay" size="lg">
      {replay.data
        ? <FollowDelivery deliveryId={replay.data.deliveryId} to={to} onAgain={() => { setAttempt(undefined); replay.reset(); }} onClose={onClose} />
        : (
            <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
              <Stack>
                <Text size="sm">{`“${titleOf(delivery)}” is sent again, as a delivery of its own.`}</Text>
                <ReplayFields choice={choice} same={`The same: ${destinationName(delivery)}`} connectionId={delivery.connectionId} onChange={choose} />
                {mayRepeat && <Repetition posted={delivery.state === 'posted'} agreed={again} onAgree={setAgain} />}
                {replay.error && <ProblemAlert error={replay.error} />}
                <Group justify="flex-end">
                  <Button variant="default" onClick={onClose}>CANCEL</Button>
                  <WorkButton type="submit" disabled={!ready} busy={replay.isPending}>REPLAY</WorkButton>
                </Group>
              </Stack>
            </form>
          )}
    </Dialog>
  );
}

function Repetition({ posted, agreed, onAgree }: { posted: boolean; agreed: boolean; onAgree: (agreed: boolean) => void }) {
  return (
    <Notice color="orange" role="status" title={posted ? 'It was already posted' : 'It may have been posted already'}>
      <Text size="sm" mb="xs">{posted ? 'The same message will be in the channel twice.' : 'Slack did not confirm it. Look into the channel first: if the message is there, it will be there twice.'}</Text>
      <Checkbox label="Post it again nevertheless" checked={agreed} onChange={(event) => { onAgree(event.currentTarget.checked); }} />
    </Notice>
  );
}
