/**
 * Whether the limit of a channel is used to the full and never passed: 200 channels, half of the traffic to one that gets far more
 * than it may take. An ideal pacer says what could have been delivered; Slack says 429 where somebody was too fast.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Bench } from '../bench.js';
import { Baseline } from '../contenders/baseline.js';
import { send, withContender, type Contender } from '../contenders/contender.js';
import { Tocsin } from '../contenders/tocsin.js';
import { idealTimes } from '../ideal.js';
import { atLeast, figure, milliseconds, settingsOf, type Goal, type Report } from '../report.js';
import type { Post } from '../running-slack.js';
import { channelOf, evenly, sendOnTime, type Sent } from '../schedule.js';
import { AS_SLACK, describeSlack } from '../slack-settings.js';
import { percentile } from '../statistics.js';
import { channelId, seeded, Traffic } from '../traffic.js';
import { untilCount } from '../until.js';

const CHANNELS = 200;
/** Messages to other channels before the clock runs. */
const WARM_UP = 50;
const INTERVAL_MS = 1000;
const PACED = { SLACK_CHANNEL_INTERVAL_MS: String(INTERVAL_MS), SLACK_WORKSPACE_RATE: '0', DIGEST_AFTER_SECONDS: '0' };
const HOT = channelId(0, 0);

interface Size {
  durationMs: number;
  perSecond: number;
}

interface Run {
  name: string;
  of: Pick<Contender, 'name' | 'settings'>;
  delivered: number;
  ideal: number;
  refused: number;
  coldWaits: number[];
  idealColdWaits: number[];
}

export const pacing: Bench = async (options) => {
  const size = options.smoke ? { durationMs: 3000, perSecond: 20 } : { durationMs: 60_000 * options.scale, perSecond: 40 };
  const runs: Run[] = [];
  for (const replicas of options.smoke ? [2] : [1, 2]) {
    options.tell(`Tocsin with ${replicas === 1 ? 'one replica' : `${replicas} replicas`}`);
    const tocsin = await Tocsin.prepare({ slack: AS_SLACK, settings: { ...PACED, ...options.settings } });
    runs.push(await withContender(tocsin, (contender) => run(contender, replicas, size)));
  }
  if (!options.alone) {
    options.tell('bare consumer and plain Nest, side by side');
    const baselines = await Promise.all([Baseline.bareConsumer({ slack: AS_SLACK }), Baseline.plainNest({ slack: AS_SLACK })]);
    runs.push(...(await Promise.all(baselines.map((baseline) => withContender(baseline, (contender) => run(contender, 1, size))))));
  }
  return [toReport(runs, size)];
};

async function run(contender: Contender, replicas: number, { durationMs, perSecond }: Size): Promise<Run> {
  await contender.start(replicas);
  const [traffic, random] = [new Traffic(), seeded(7)];
  await send(contender, Array.from({ length: WARM_UP }, (_, index) => traffic.commandTo({ channel: CHANNELS + index })));
  await untilCount(async () => (await contender.slack.counts()).deliveries, WARM_UP, `${contender.name} warms up`);
  await contender.slack.clear();
  const plan = evenly(durationMs, perSecond, (index) => traffic.commandTo({ channel: index % 2 === 0 ? 0 : 1 + Math.floor(random() * (CHANNELS - 1)) }));
  const sent = await sendOnTime(contender, plan);
  const end = (sent[0]?.at ?? 0) + durationMs;
  await sleep(Math.max(0, end - Date.now()));
  await sleep(INTERVAL_MS * 2); // what came last to a channel is sent a little after the end
  await contender.lostNothing(WARM_UP + sent.length);
  const { refused } = await contender.slack.counts();
  return { name: contender.name === 'Tocsin' ? `Tocsin × ${replicas}` : contender.name, of: contender, refused, ...compare(sent, await contender.slack.posts(), end) };
}

function compare(sent: readonly Sent[], posts: readonly Post[], end: number): Pick<Run, 'delivered' | 'ideal' | 'coldWaits' | 'idealColdWaits'> {
  const arrivals = sent.map(({ command, at }) => ({ channel: channelOf(command), at }));
  const times = idealTimes(arrivals, INTERVAL_MS);
  const receivedAt = new Map(posts.map((post) => [post.delivery, post.receivedAt]));
  const cold = arrivals.flatMap(({ channel }, index) => (channel === HOT ? [] : [index]));
  return {
    delivered: posts.filter((post) => post.receivedAt <= end).length,
    ideal: times.filter((time) => time <= end).length,
    // What was not delivered at all waited at least until now.
    coldWaits: cold.map((index) => (receivedAt.get(sent[index]?.command.commandId ?? '') ?? Date.now()) - (sent[index]?.at ?? 0)),
    idealColdWaits: cold.map((index) => (times[index] ?? 0) - (arrivals[index]?.at ?? 0)),
  };
}

function toReport(runs: readonly Run[], { durationMs, perSecond }: Size): Report {
  const ours = runs.filter(({ of }) => of.name === 'Tocsin');
  return {
    name: 'pacing',
    told: [
      `${figure(perSecond)} commands a second for ${figure(durationMs / 1000)} s to ${CHANNELS} channels, half of them to one; Slack ${describeSlack(AS_SLACK)}.`,
      'A wait is from just before the publish until Slack has the request; the ideal pacer sends at once or a second after the one before.',
    ],
    settings: [...new Map(runs.map(({ of }) => [of.name, settingsOf(of)])).values()],
    columns: ['delivered', 'ideal', 'part', '429', 'cold p50', 'cold p99', 'ideal p99'],
    rows: runs.map(({ name, delivered, ideal, refused, coldWaits, idealColdWaits }) => ({
      name,
      cells: [figure(delivered), figure(ideal), figure(delivered / ideal), figure(refused), milliseconds(percentile(coldWaits, 0.5)), milliseconds(percentile(coldWaits, 0.99)), milliseconds(percentile(idealColdWaits, 0.99))],
    })),
    goals: ours.flatMap(goalsOf),
  };
}

function goalsOf({ name, delivered, ideal, refused, coldWaits, idealColdWaits }: Run): Goal[] {
  const later = percentile(coldWaits, 0.99) - percentile(idealColdWaits, 0.99);
  return [
    atLeast(`${name}: part of what an ideal pacer delivers`, delivered / ideal, 0.99),
    { text: `${name}: no 429`, measured: figure(refused), met: refused === 0 },
    { text: `${name}: cold channels' p99 wait ≤ ideal + 500 ms`, measured: `ideal + ${milliseconds(later)}`, met: later <= 500 },
  ];
}
