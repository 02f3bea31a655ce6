/** What is asked for of the replay of one delivery: where to, why, and that it may repeat, which is agreed to for one place at a time. */
import { useState } from 'react';

import type { AcceptedReplay, Delivery } from '@tocsin/contracts';

import { ApiProblem } from '../api/client.js';
import { useReplay } from '../api/delivery-actions.js';
import { newIdempotencyKey } from '../api/idempotency-key.js';
import { attemptFor, type Attempt } from '../send/draft.js';
import { mayRepeatAt } from './picked.js';
import { SAME_PLACE, type ReplayChoice } from './replay-fields.js';
import { sentAlreadyOf, type SentAlready } from './sent-again.js';

export interface OneReplay {
  choice: ReplayChoice;
  choose: (next: ReplayChoice) => void;
  /** Slack has it there, or may have it. */
  mayRepeat: boolean;
  agreed: boolean;
  agree: (agreed: boolean) => void;
  /** It was refused, as it was sent again already. */
  sent: SentAlready | undefined;
  insists: boolean;
  insist: (insists: boolean) => void;
  ready: boolean;
  isPending: boolean;
  /** Of another kind than {@link sent}. */
  error: Error | undefined;
  accepted: AcceptedReplay | undefined;
  submit: () => void;
  startAnew: () => void;
}

export function useOneReplay(delivery: Delivery): OneReplay {
  const [choice, setChoice] = useState<ReplayChoice>(SAME_PLACE);
  const [agreed, agree] = useState(false);
  const [insists, insist] = useState(false);
  const [attempt, setAttempt] = useState<Attempt>();
  const replay = useReplay(delivery.id);
  const isPlaceKnown = !choice.elsewhere || choice.destination !== undefined;
  const mayRepeat = isPlaceKnown && mayRepeatAt(delivery, choice.destination);
  const sent = sentAlreadyOf(replay.error instanceof ApiProblem ? replay.error.problem : undefined);
  const ready = isPlaceKnown && (!mayRepeat || agreed) && (!sent || insists);
  const startAnew = (): void => { setAttempt(undefined); insist(false); replay.reset(); };
  const choose = (next: ReplayChoice): void => {
    if (next.destination?.id !== choice.destination?.id) {
      agree(false);
      if (!replay.isPending) startAnew();
    }
    setChoice(next);
  };
  const submit = (): void => {
    if (!ready || replay.isPending) return;
    const body = {
      ...(choice.destination && { destination: { id: choice.destination.id } }),
      ...(choice.reason.trim() !== '' && { reason: choice.reason.trim() }),
      ...((delivery.state === 'posted' || insists) && { force: true }),
    };
    const next = attemptFor(JSON.stringify(body), attempt, newIdempotencyKey);
    setAttempt(next);
    replay.mutate({ body, idempotencyKey: next.key });
  };
  const error = replay.error && !sent ? replay.error : undefined;
  return { choice, choose, mayRepeat, agreed, agree, sent, insists, insist, ready, isPending: replay.isPending, error, accepted: replay.data, submit, startAnew };
}
