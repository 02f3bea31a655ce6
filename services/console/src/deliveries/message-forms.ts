/** The forms in which the message of a delivery can be looked at, each called what it is; the one in Slack before an earlier or the next one. */
import type { Delivery } from '@tocsin/contracts';

import type { DeliveryMessage, SlackContent } from '../api/delivery-message.js';

export interface MessageForm {
  id: 'posted' | 'in-slack' | 'attempted' | 'next';
  title: string;
  content: SlackContent;
  /** When it was written over an earlier form. */
  editedAt?: string;
  /** How what Slack has differs from it. */
  note?: string;
}

type Behind = NonNullable<DeliveryMessage['behind']>;

const BEHIND: Readonly<Record<Behind, string>> = {
  waits: 'The issue has changed since, and a newer form waits to be shown in Slack.',
  left: 'The issue has changed since, and Slack does not show that: the timeline says why.',
  replaced: 'The issue has changed since, and another message tells it: the timeline says which, and why.',
  gone: 'It is gone from Slack, and another message took its place: the timeline says which.',
};
const NOT_KEPT = 'It was brought up to date since, to what the timeline says. How that looks is not kept.';
const MAY_BE_THERE = 'Slack may have it, or not: look there before you replay it.';
const NEXT = 'It says that it may be there twice, and tells what is known now.';
const TAKEN_BACK = 'What was posted was deleted from Slack.';
const COPY_MAY_REMAIN = 'What is known to be posted was deleted from Slack. An earlier copy may still be there: the timeline says where to look.';

export function messageForms({ state, timeline = [] }: Pick<Delivery, 'state' | 'timeline'>, message: DeliveryMessage): MessageForm[] {
  switch (state) {
    case 'accepted':
    case 'waiting':
    case 'posting':
      return [{ id: 'next', title: 'Message as it will be posted', content: message }];
    case 'posted':
      return postedForms(message);
    case 'unconfirmed':
      return message.attempted
        ? [{ id: 'attempted', title: 'As it would have been posted', content: message.attempted, note: MAY_BE_THERE }, { id: 'next', title: 'As it would be posted again', content: message, note: NEXT }]
        : [{ id: 'next', title: 'Message as it would be posted again', content: message, note: NEXT }];
    case 'failed':
    case 'dead':
    case 'suppressed':
      return [{ id: 'next', title: 'Message as it would be posted now', content: message, ...takenBack(timeline) }];
  }
}

function takenBack(timeline: NonNullable<Delivery['timeline']>): { note?: string } {
  const kinds = timeline.map(({ kind }) => kind);
  if (!kinds.includes('retracted')) return {};
  return { note: kinds.includes('copy_may_remain') ? COPY_MAY_REMAIN : TAKEN_BACK };
}

function postedForms(message: DeliveryMessage): MessageForm[] {
  const { inSlack, editedAt, behind } = message;
  const note = behind && { note: BEHIND[behind] };
  if (inSlack) return [{ id: 'in-slack', title: 'In Slack now', content: inSlack, ...(editedAt !== undefined && { editedAt }), ...note }, { id: 'posted', title: 'As first posted', content: message }];
  if (editedAt === undefined) return [{ id: 'posted', title: 'Message as it was posted', content: message, ...note }];
  const notes = [...(behind === 'gone' ? [] : [NOT_KEPT]), ...(behind ? [BEHIND[behind]] : [])];
  return [{ id: 'posted', title: 'Message as it was first posted', content: message, note: notes.join(' ') }];
}
