/** What a delivery's end says of its destination: a refusal that speaks of it, or a message that arrived where none was expected to. */
import { speaksOfDestination } from '@tocsin/domain';

import type { DeliveryResult } from '../deliveries/delivery-result.js';
import type { ToldOfDestination } from './hear-of-destinations.js';

/** @param now where Slack does not say when: milliseconds since 1970 */
export function newsOfResult({ organizationId, connectionId, delivery, state, error, ts }: DeliveryResult, now: number): ToldOfDestination[] {
  if (delivery.destination_id === null) return [];
  const key = { organizationId, connectionId, destinationId: delivery.destination_id };
  if (state === 'posted' && delivery.troubled) return [{ ...key, news: { kind: 'posted', at: ts === undefined ? now : Number(ts) * 1000 } }];
  if (state === 'failed' && error && speaksOfDestination(error.code)) return [{ ...key, news: { kind: 'refused', code: error.code, reason: error.message, remedy: error.remedy, at: now } }];
  return [];
}
