/** Where the deliveries of one reason were for: the most frequent destinations, and how many more there are. */
import type { ReasonGroup } from '../api/deliveries.js';
import { counted, destinationName } from './delivery-words.js';

export function placesOf({ destinations: [first, ...others], otherDestinations }: Pick<ReasonGroup, 'destinations' | 'otherDestinations'>): string {
  if (!first) return '';
  if (others.length === 0) return `To ${destinationName(first)}`;
  const named = [first, ...others].map((one) => `${destinationName(one)} (${one.count.toLocaleString('en')})`).join(', ');
  return `To ${named}${otherDestinations === 0 ? '' : ` and ${counted(otherDestinations, 'more destination')}`}`;
}
