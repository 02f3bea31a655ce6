/** The lines of a timeline as they are read: which word heads each, and how it is to be taken. */
import type { Delivery } from '@tocsin/contracts';

import { matchedBy } from './delivery-words.js';

export type Tone = 'good' | 'bad' | 'wait' | 'plain';

export interface Moment {
  at: string;
  word: string;
  tone: Tone;
  text: string;
  slack: Readonly<Record<string, unknown>> | undefined;
}

const KINDS: Readonly<Record<string, readonly [word: string, tone: Tone]>> = {
  accepted: ['Accepted', 'plain'],
  waiting: ['Waiting', 'wait'],
  attempt: ['Attempt', 'wait'],
  posted: ['Posted', 'good'],
  updated: ['Updated', 'good'],
  failed: ['Failed', 'bad'],
  dead: ['Given up', 'bad'],
  suppressed: ['Suppressed', 'bad'],
  unconfirmed: ['Unconfirmed', 'bad'],
  brought_up_to_date: ['Brought up to date', 'good'],
  not_brought_up_to_date: ['Not brought up to date', 'bad'],
  not_retracted: ['Not taken back', 'bad'],
  copy_may_remain: ['May still be there', 'bad'],
};

const CAUSES: Record<Delivery['source']['kind'], string> = { manual: 'Sent by', workflow: 'Matched by', digest: 'Folded', test: 'Sent by' };

/** What wanted it sent stands after the first line, at its moment. */
export function timelineOf({ timeline = [], source, createdAt }: Pick<Delivery, 'timeline' | 'source' | 'createdAt'>): Moment[] {
  const told = timeline.map(({ at, kind, text, slack }): Moment => {
    const [word, tone] = KINDS[kind] ?? [wordOf(kind), 'plain'];
    return { at, word, tone, text, slack: slack as Moment['slack'] };
  });
  const [first, ...rest] = told;
  const cause: Moment = { at: first?.at ?? createdAt, word: CAUSES[source.kind], tone: 'plain', text: matchedBy({ source }), slack: undefined };
  return first ? [first, cause, ...rest] : [cause];
}

/** The time of day alone would mislead: it was not today, or the line before is of another day. */
export function needsDate({ at }: Pick<Moment, 'at'>, before: Pick<Moment, 'at'> | undefined, now: Date): boolean {
  const day = dayOf(at);
  return day !== dayOf(now) || (before !== undefined && day !== dayOf(before.at));
}

/** In the zone of whoever looks. */
function dayOf(time: string | Date): string {
  return new Date(time).toDateString();
}

/** `reply_posted` → `Reply posted`: a kind that is younger than this page still reads. */
function wordOf(kind: string): string {
  const words = kind.replaceAll(/[_.-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What Slack said, short: its error with what it named beside it, or the message's place. */
export function answerOf(slack: Moment['slack']): string | undefined {
  if (!slack) return undefined;
  const { error, channel, ts, details } = slack;
  if (typeof error === 'string') return details === undefined ? error : `${error} ${JSON.stringify(details)}`;
  return typeof ts === 'string' ? `ok, message ${ts}${typeof channel === 'string' ? ` in ${channel}` : ''}` : undefined;
}
