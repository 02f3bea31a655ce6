/** Where the deliveries of one reason were for: the most frequent destinations, and how many more there are. */
import type { Delivery } from '@tocsin/contracts';

import { counted, destinationName } from './delivery-words.js';

/** As many destinations are named. */
const NAMED = 3;

/** Sentences of one reason may differ in what they name. */
export function isOneOfSeveral(message: string, latest: readonly Pick<Delivery, 'error'>[]): boolean {
  return latest.some(({ error }) => error !== undefined && error.message !== message);
}

type Placed = Pick<Delivery, 'connectionId' | 'destination'>;

/**
 * @param latest the latest of them, newest first
 * @param count how many there are
 * @returns empty where none is known
 */
export function placesOf(latest: readonly Placed[], count: number): string {
  const places = new Map<string, { name: string; times: number }>();
  for (const delivery of latest) {
    const key = JSON.stringify([delivery.connectionId, delivery.destination.id ?? delivery.destination.name]);
    const place = places.get(key) ?? { name: destinationName(delivery), times: 0 };
    place.times += 1;
    places.set(key, place);
  }
  const [first, ...others] = [...places.values()].sort((a, b) => b.times - a.times);
  if (!first) return '';
  const named = others.length === 0 ? first.name : [first, ...others].slice(0, NAMED).map(({ name, times }) => `${name} (${times.toLocaleString('en')})`).join(', ');
  const more = places.size > NAMED ? ` and ${counted(places.size - NAMED, 'more destination')}` : '';
  return `${latest.length < count ? `The latest ${latest.length} to` : 'To'} ${named}${more}`;
}
