/** Replay of one delivery: why, where to, and a warning where Slack has it or may have it; then what became of the new one. */
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';

import type { AcceptedReplay, Delivery } from '@tocsin/contracts';

import { labelOf } from '../destinations/destination-words.js';
import { Dialog } from '../parts/dialog.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { FollowDelivery } from '../send/follow-delivery.js';
import { destinationName, titleOf } from './delivery-words.js';
import { ReplayFields } from './replay-fields.js';
import { toldAgainWords } from './sent-again.js';
import { SentAlreadyNotice } from './sent-already.js';
import { useOneReplay } from './use-one-replay.js';

export function ReplayDialog({ delivery, onClose }: { delivery: Delivery; onClose: () => void }) {
  const { choice, choose, mayRepeat, agreed, agree, sent, insists, insist, ready, isPending, error, accepted, submit, startAnew } = useOneReplay(delivery);
  const to = choice.destination ? labelOf(choice.destination) : destinationName(delivery);
  return (
    <Dialog onClose={onClose} title="Replay" size="lg">
      {accepted
        ? <Accepted accepted={accepted} to={to} onAgain={startAnew} onClose={onClose} />
        : (
            <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
              <Stack>
                <Text size="sm">{`“${titleOf(delivery)}” is sent again, as a delivery of its own.`}</Text>
                <ReplayFields choice={choice} same={`The same: ${destinationName(delivery)}`} connectionId={delivery.connectionId} onChange={choose} />
                {mayRepeat && <Repetition posted={delivery.state === 'posted'} agreed={agreed} onAgree={agree} />}
                {sent && <SentAlreadyNotice sent={sent} agreed={insists} onAgree={insist} />}
                {error && <ProblemAlert error={error} />}
                <Group justify="flex-end">
                  <Button variant="default" onClick={onClose}>CANCEL</Button>
                  <WorkButton type="submit" disabled={!ready} busy={isPending}>REPLAY</WorkButton>
                </Group>
              </Stack>
            </form>
          )}
    </Dialog>
  );
}

function Accepted({ accepted, to, onAgain, onClose }: { accepted: AcceptedReplay; to: string; onAgain: () => void; onClose: () => void }) {
  const toldAgain = toldAgainWords(accepted);
  return (
    <Stack>
      {toldAgain !== undefined && <Notice color="orange" role="status">{toldAgain}</Notice>}
      <FollowDelivery deliveryId={accepted.deliveryId} to={to} onAgain={onAgain} onClose={onClose} />
    </Stack>
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
