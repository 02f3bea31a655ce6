import { describe, expect, test } from '@jest/globals';
import { validate, version } from 'uuid';

import { eventId } from './event-id.js';

describe('the id of an event', () => {
  test('is a UUID of version 7, and never one that was there before', () => {
    const ids = Array.from({ length: 2000 }, eventId);
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('sorts by the time at which it was made', async () => {
    const first = eventId();
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(eventId() > first).toBe(true);
  });
});
