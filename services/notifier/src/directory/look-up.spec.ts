import 'reflect-metadata';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';

import { createLogger } from '@tocsin/platform';
import { eventually } from '@tocsin/testing';

import type { SlackDoors } from '../connections/slack-doors.js';
import type { DirectoryRepository } from './directory.repository.js';
import { LookUp } from './look-up.js';

const PERSON = { id: 'U012345', name: 'noa' };

let asked: string[];
let lookUp: LookUp;

beforeEach(() => {
  asked = [];
  const directory = { remembered: () => Promise.resolve(undefined), remember: () => Promise.resolve(), savePeople: () => Promise.resolve() };
  const door = { lookupByEmail: (email: string) => { asked.push(email); return Promise.resolve({ ok: true, value: PERSON }); } };
  lookUp = new LookUp(directory as unknown as DirectoryRepository, { open: () => Promise.resolve(door) } as unknown as SlackDoors, createLogger('notifier', 'silent'));
});

async function typed(times: number, who: string, connectionId = 'c1'): Promise<string[]> {
  const answers: string[] = [];
  for (let n = 0; n < times; n += 1) answers.push(await lookUp.exact(connectionId, { email: `${who}-${n}@acme.test` }, who));
  return answers;
}

describe('what one caller may have Slack asked', () => {
  test('is twenty addresses within a minute, whatever others do; to the next one is said why not', async () => {
    expect(await typed(21, 'key k1')).toEqual([...Array<string>(20).fill('found'), 'enough']);
    expect(asked).toHaveLength(20);
    expect(await typed(1, 'user noa')).toEqual(['found']);
    expect(await typed(1, 'key k1', 'c2')).toEqual(['found']);
  });

  test('begins anew after the minute in which it began', async () => {
    const now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(now);
    await typed(20, 'key k1');
    clock.mockReturnValue(now + 59_000);
    expect(await typed(1, 'key k1')).toEqual(['enough']);
    clock.mockReturnValue(now + 61_000);
    await eventually(async () => (await typed(1, 'key k1'))[0] === 'found'); // the cache looks at the clock once a millisecond
    clock.mockRestore();
  });
});
