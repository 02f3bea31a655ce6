import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { failureOfCode, noAnswer, tooFast, type SlackFailure } from '@tocsin/domain';
import type { SlackAnswer, SlackChannel, SlackDoor } from '@tocsin/slack';
import { eventually } from '@tocsin/testing';

import { OpenedLanes } from '../../test/opened-lanes.js';
import { DirectoryListRepository } from './directory-list.repository.js';
import { DirectoryRepository } from './directory.repository.js';
import { ChannelReadership } from './readership.js';

const CONNECTION = 'connection-1';
const PUBLIC = { isPrivate: false, isShared: false };
const SHARED = { isPrivate: false, isShared: true };

/** conversations.info, as Slack would answer it now. */
class PlayedSlack {
  readonly asked: string[] = [];
  now: Partial<SlackChannel> = {};
  failures: SlackFailure[] = [];
  /** Answers are held back until this is done. */
  gate: Promise<void> = Promise.resolve();
  readonly door = { channelInfo: (id: string) => this.answer(id) } as unknown as SlackDoor;

  private async answer(id: string): Promise<SlackAnswer<SlackChannel>> {
    this.asked.push(id);
    await this.gate;
    const failure = this.failures.shift();
    return failure ? { ok: false, failure } : { ok: true, value: { id, name: id.toLowerCase(), isPrivate: false, isShared: false, isArchived: false, isMember: false, ...this.now } };
  }
}

let opened: OpenedLanes;
let directory: DirectoryRepository;
let slack: PlayedSlack;
let readership: ChannelReadership;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  directory = new DirectoryRepository(opened.source, new DirectoryListRepository(opened.source, opened.config));
}, 60_000);

afterAll(() => opened.close(), 30_000);

beforeEach(async () => {
  await opened.clear();
  slack = new PlayedSlack();
  readership = new ChannelReadership(directory);
});

const of = (id = 'C1', on = readership): ReturnType<ChannelReadership['of']> => on.of(CONNECTION, id, slack.door);

/** Slack told of the channel this long ago that it is public and nobody else's. */
async function toldAgo(seconds: number, id = 'C1'): Promise<void> {
  await directory.saveChannels(CONNECTION, [{ id, name: id.toLowerCase(), isArchived: false, isMember: false, ...PUBLIC }]);
  await opened.source.query('update channels set seen_at = clock_timestamp() - make_interval(secs => $2) where channel_id = $1', [id, seconds]);
}

async function listedAgo(seconds: number): Promise<void> {
  await opened.source.query(`insert into directory_lists (connection_id, list, synced_from) values ($1, 'channels', clock_timestamp() - make_interval(secs => $2)) on conflict (connection_id, list) do update set synced_from = excluded.synced_from`, [CONNECTION, seconds]);
}

describe('who can read a channel', () => {
  test('is what Slack said within the last five minutes, by itself or in a whole list', async () => {
    await toldAgo(290);
    expect(await of()).toEqual({ known: PUBLIC });
    await toldAgo(7200);
    await listedAgo(290);
    expect(await of()).toEqual({ known: PUBLIC });
    expect(slack.asked).toEqual([]);
  });

  test.each([
    ['the channel and in the list six minutes ago', 360, 360],
    ['the channel an hour ago, in a list of today', 3600, 12 * 3600],
    ['the channel never by itself, in a list of today', 12 * 3600, 12 * 3600],
  ])('is asked anew where Slack told of %s: it may be shared since', async (_, seconds, listed) => {
    await toldAgo(seconds);
    await listedAgo(listed);
    slack.now = { isShared: true };
    expect(await of()).toEqual({ known: expect.objectContaining(SHARED) });
    expect(await directory.channel(CONNECTION, 'C1')).toMatchObject({ is_shared: true });
  });

  test('is asked once for many messages, and not again for five minutes, by no replica', async () => {
    await toldAgo(360);
    for (let time = 0; time < 3; time += 1) await of();
    await of('C1', new ChannelReadership(directory));
    expect(slack.asked).toEqual(['C1']);
  });

  test('is asked once while an answer is on its way, channel by channel', async () => {
    let open: () => void = () => undefined;
    slack.gate = new Promise((resolve) => { open = resolve; });
    const answers = Promise.all([of('C1'), of('C1'), of('C2'), of('C1')]);
    await eventually(() => slack.asked.includes('C1') && slack.asked.includes('C2'));
    open();
    expect((await answers).map((answer) => 'known' in answer)).toEqual([true, true, true, true]);
    expect([...slack.asked].sort()).toEqual(['C1', 'C2']);
  });
});

describe('while it cannot be found out', () => {
  test('there is a failure and never an old answer', async () => {
    await toldAgo(360);
    for (const [failure, family] of [[tooFast(1), 'busy'], [noAnswer('timeout'), 'shaken'], [failureOfCode('channel_not_found'), 'refused']] as const) {
      slack.failures = [failure];
      expect(await of('C1', new ChannelReadership(directory))).toMatchObject({ failure: { family, code: failure.code } });
    }
  });

  test('since Slack limits how often it is asked, no channel of that connection is asked about until the pause is over', async () => {
    await toldAgo(290, 'C3');
    slack.failures = [tooFast(1)];
    expect(await of('C1')).toMatchObject({ failure: { family: 'busy', retryAfterSeconds: 1 } });
    expect(await of('C2')).toMatchObject({ failure: { family: 'busy', code: 'ratelimited', retryAfterSeconds: 1 } });
    expect(await of('C3')).toEqual({ known: PUBLIC });
    expect(await readership.of('another', 'C1', slack.door)).toHaveProperty('known');
    expect(slack.asked).toEqual(['C1', 'C1']);
    await eventually(async () => 'known' in (await of('C2')));
    expect(slack.asked).toEqual(['C1', 'C1', 'C2']);
  });

  test('one failure is not remembered: the next message asks anew', async () => {
    slack.failures = [noAnswer('timeout')];
    expect(await of()).toHaveProperty('failure');
    expect(await of()).toHaveProperty('known');
  });

  test('what was thrown is thrown to all that wait, and is not remembered', async () => {
    slack.gate = Promise.reject(new Error('a defect'));
    const both = await Promise.allSettled([of(), of()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    slack.gate = Promise.resolve();
    expect(await of()).toHaveProperty('known');
  });
});
