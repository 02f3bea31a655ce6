import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { OpenedLanes } from '../../test/opened-lanes.js';
import type { PausedMembers } from '../digests/paused-members.js';
import { PauseRepository } from '../ledger/pause.repository.js';
import { DeliveryLog } from './delivery-log.js';

const author = { organizationId: 'acme', actor: { kind: 'user', id: 'noa@acme.test' } } as const;
let opened: OpenedLanes;
let pauses: PauseRepository;
let version: number;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  pauses = new PauseRepository(opened.source, opened.outbox, new DeliveryLog(opened.outbox), { record: () => Promise.resolve() }, { takeOut: () => Promise.resolve(false) } as unknown as PausedMembers);
}, 30_000);

afterAll(async () => {
  await opened.close();
});

beforeEach(async () => {
  await opened.clear();
  await opened.connect();
  version = 1;
});

async function news(overrides: Parameters<OpenedLanes['connect']>[0]): Promise<void> {
  version += 1;
  await opened.connect({ version, ...overrides });
}

const STEPS = {
  pause: async () => { await pauses.pause(author, ''); await pauses.settle('acme'); },
  resume: async () => { await pauses.resume(author, ''); await pauses.settle('acme'); },
  stop: () => news({ paused: true }),
  disconnect: () => news({ disconnected: true }),
  return: () => news({}),
};

async function passHours(hours: number): Promise<void> {
  const earlier = `make_interval(hours => ${hours})`;
  await opened.source.query(`update deliveries set created_at = created_at - ${earlier}, expires_at = expires_at - ${earlier}, held_since = held_since - ${earlier}`);
  await opened.source.query(`update connections set held_since = held_since - ${earlier}`);
  await opened.source.query(`update lanes set owed_since = owed_since - ${earlier}`);
}

async function hoursLeft(id: string): Promise<number> {
  const [row] = await opened.source.query<{ hours: number }[]>('select extract(epoch from expires_at - clock_timestamp())::float8 / 3600 as hours from deliveries where delivery_id = $1', [id]);
  return row?.hours ?? NaN;
}

/** What happens, with the hours that pass before it; and the hours in which nothing kept the message from being sent. */
const STORIES: [story: string, free: number][] = [
  ['1 pause 2 resume', 1],
  ['1 stop 2 return', 1],
  ['1 stop 2 pause 3 resume 4 return', 1],
  ['1 stop 2 pause 3 return 4 resume', 1],
  ['1 pause 2 stop 3 resume 4 return', 1],
  ['1 pause 2 stop 3 return 4 resume', 1],
  ['1 pause 2 stop 3 return 4 stop 5 resume 6 return', 1],
  ['1 pause 2 stop 3 return 4 resume 5 stop 6 return', 6],
  ['1 stop 2 pause 3 resume 4 pause 5 return 6 resume', 1],
  ['1 stop 2 disconnect 3 pause 4 return 5 resume', 1],
  ['1 stop 2 pause 3 disconnect 4 resume 5 return', 1],
  ['1 disconnect 2 pause 3 resume 4 return', 1],
];

async function tell(story: string): Promise<void> {
  for (const [, hours, step] of story.matchAll(/(\d+) (\w+)/g)) {
    await passHours(Number(hours));
    await STEPS[step as keyof typeof STEPS]();
  }
}

describe('the time in which a message could not be sent counts once, whatever kept it', () => {
  test.each(STORIES)('%s: %d hours of its life are gone', async (story, free) => {
    const [id = ''] = await opened.accept({});
    await tell(story);
    expect(24 - (await hoursLeft(id))).toBeCloseTo(free, 1);
  });

  test.each(STORIES)('also where a digest is to tell it: %s', async (story, free) => {
    const [digest = '', member = ''] = await opened.accept({}, {});
    await opened.source.query(`update deliveries set kind = 'digest' where delivery_id = $1`, [digest]);
    await opened.source.query('update deliveries set digest_id = $1 where delivery_id = $2', [digest, member]);
    await tell(story);
    expect(24 - (await hoursLeft(member))).toBeCloseTo(free, 1);
    expect(24 - (await hoursLeft(digest))).toBeCloseTo(free, 1);
  });
});
