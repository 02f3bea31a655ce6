/**
 * Ids of events: UUIDs of version 7, which sort by time. One is made for every message, and asking the system for randomness
 * costs ten times as much as all the rest: it is fetched for many at once.
 */
import { randomFillSync } from 'node:crypto';

import { v7 } from 'uuid';

const BYTES = 16;
const page = new Uint8Array(256 * BYTES);
let used = page.length;

/** @returns an id that sorts behind those of earlier milliseconds */
export function eventId(): string {
  if (used === page.length) {
    randomFillSync(page);
    used = 0;
  }
  const random = page.subarray(used, used + BYTES);
  used += BYTES;
  return v7({ random });
}
