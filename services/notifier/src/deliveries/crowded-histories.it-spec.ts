/**
 * Two replicas on a database that answers late by chance and loses connections, and organizations in which everything happens at
 * once. Played when it is asked for: HISTORIES=… says how many, SEED=… which. How they go depends on the machine as well.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { closeSlackConnections } from '@tocsin/slack';

import { fractions } from '../../test/chance.js';
import { CrowdedHistory } from '../../test/crowded-history.js';
import { RoughDatabase } from '../../test/rough-database.js';
import { RunningNotifier } from '../../test/running-notifier.js';

const HISTORIES = Number(process.env.HISTORIES ?? 0);
const SEED = Number(process.env.SEED ?? 1);
const AT_ONCE = 4;
const CHANNELS_EACH = 3;
const ROUGH = { late: 0.2, veryLate: 0.02, lost: 0.003 };

let notifier: RunningNotifier;
let rough: RoughDatabase;
let second: Awaited<ReturnType<RunningNotifier['replica']>>;

/** Ids of channels as the sandbox numbers them. */
function channelsOf(place: number): string[] {
  return Array.from({ length: CHANNELS_EACH }, (_, n) => `C1GEN${String(place * CHANNELS_EACH + n + 1).padStart(6, '0')}`);
}

(HISTORIES > 0 ? describe : describe.skip)('crowded histories', () => {
  beforeAll(async () => {
    rough = new RoughDatabase(fractions(SEED));
    notifier = await RunningNotifier.start({ SLACK_CHANNEL_INTERVAL_MS: '60', DIGEST_AFTER_SECONDS: '1', SLACK_UPDATES_PER_MINUTE: '0' });
    second = await notifier.replica();
    await notifier.control('limits', { channelRate: 0, tiers: false });
    await notifier.control('directory', { workspace: 'acme', channels: 2 * CHANNELS_EACH * HISTORIES, people: 0 });
  }, 60_000);

  afterAll(async () => {
    rough.be({ late: 0, veryLate: 0, lost: 0 });
    await second.close();
    await notifier.stop();
    rough.restore();
    await closeSlackConnections();
  }, 30_000);

  test(`whatever happens at once, each message has one end, which is what Slack has and what was said of it (SEED=${SEED})`, async () => {
    rough.be(ROUGH);
    const wrong: string[] = [];
    let next = 0;
    const player = async (): Promise<void> => {
      while (next < HISTORIES) {
        const history = next;
        next += 1;
        const played = new CrowdedHistory({ notifier, urls: [notifier.url, second.url], channels: channelsOf(2 * history), nextIds: channelsOf(2 * history + 1), random: fractions(SEED + history) }, `o${SEED}-${history}`);
        const found = await played.play().catch((error: unknown) => [String(error)]);
        if (found.length > 0) wrong.push(`${played.organizationId}: ${found.join('; ')}; after: ${played.story.join(', ')}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, player));
    expect(wrong).toEqual([]);
  }, 60_000 + HISTORIES * 40_000);
});
