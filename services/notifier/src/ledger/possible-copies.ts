/** What stays to be said of a message that was taken back: where the answer to an earlier post of it was lost, a copy may be in the channel that nobody knows the place of. */
import type { EntityManager } from 'typeorm';

import { mayHaveBeenDone, type DeliveryError } from '@tocsin/domain';

import type { DeliveryRow } from '../deliveries/delivery-view.js';

export const RETRACTED: DeliveryError = { code: 'retracted', message: 'It was posted and taken back.', remedy: 'Replay it to where it belongs if it is still of use.' };

/** When answers to posts of it were lost, the first one first; undefined when none was. Which moments, is not known of what it took over from a digest. */
export async function lostAnswers(tx: EntityManager, { organization_id, delivery_id, ambiguous }: Pick<DeliveryRow, 'organization_id' | 'delivery_id' | 'ambiguous'>): Promise<Date[] | undefined> {
  if (ambiguous === 0) return undefined;
  const attempts = await tx.query<{ at: Date; code: string }[]>(
    `select at, slack->>'error' as code from timeline where organization_id = $1 and delivery_id = $2 and kind = 'attempt' and slack ? 'error' order by id`,
    [organization_id, delivery_id],
  );
  return attempts.filter(({ code }) => mayHaveBeenDone(code)).map(({ at }) => at);
}

/** @param place where it was posted, for people @param lostAt as {@link lostAnswers} */
export function retractedWithCopy(place: string, lostAt: readonly Date[]): DeliveryError {
  return { ...RETRACTED, message: `${RETRACTED.message} ${maybeThere(place, lostAt)}`, remedy: `${byHand(place, lostAt)} ${RETRACTED.remedy}` };
}

/** The line in the timeline. */
export function copyStory(place: string, lostAt: readonly Date[]): { kind: string; text: string } {
  return { kind: 'copy_may_remain', text: `${maybeThere(place, lostAt)} ${byHand(place, lostAt)}` };
}

function maybeThere(place: string, lostAt: readonly Date[]): string {
  const when = lostAt.length === 0 ? '' : ` at ${lostAt.map(minuteOf).join(' and ')}`;
  return `An earlier copy may still be in ${place}: Slack’s answer to it was lost${when}.`;
}

function byHand(place: string, lostAt: readonly Date[]): string {
  return `Look in ${place}${lostAt.length === 0 ? '' : ' around that time'} and delete it there by hand: Tocsin cannot see what a channel holds.`;
}

function minuteOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
