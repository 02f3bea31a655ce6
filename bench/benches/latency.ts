/**
 * How long a message takes when nothing else is to be done: five a second, to channels that have been quiet for longer than their
 * interval. Until Slack's answer is given, Slack's own time included. Measured from before the commit, so it is rather too long.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Bench } from '../bench.js';
import { Baseline } from '../contenders/baseline.js';
import { send, withContender, type Contender } from '../contenders/contender.js';
import { IssuesService } from '../contenders/issues-service.js';
import { Tocsin } from '../contenders/tocsin.js';
import { figure, milliseconds, settingsOf, type Goal, type Report } from '../report.js';
import { evenly, sendOnTime } from '../schedule.js';
import { AS_SLACK, describeSlack } from '../slack-settings.js';
import { percentile } from '../statistics.js';
import { Traffic, type Where } from '../traffic.js';
import { untilCount } from '../until.js';

const PER_SECOND = 5;
const WORKSPACES = 10;
/** As an installation has them that changed nothing. */
const DEFAULTS = { SLACK_CHANNEL_INTERVAL_MS: '1000', SLACK_WORKSPACE_RATE: '5', SLACK_WORKSPACE_BURST: '20', DIGEST_AFTER_SECONDS: '30' };

interface Size {
  channels: number;
  durationMs: number;
}

interface Run {
  name: string;
  of: Pick<Contender, 'name' | 'settings'>;
  waits: number[];
}

export const latency: Bench = async ({ smoke, scale, alone, settings, tell }) => {
  const size = smoke ? { channels: 10, durationMs: 2000 } : { channels: 60, durationMs: 60_000 * scale };
  tell('Tocsin, from RabbitMQ on');
  const tocsin = await Tocsin.prepare({ slack: AS_SLACK, connections: WORKSPACES, settings: { ...DEFAULTS, ...settings } });
  const runs = [await withContender(tocsin, () => fromTheBus(tocsin, size))];
  tell('Tocsin, the whole way from a request to issues');
  const whole = await Tocsin.prepare({ slack: AS_SLACK, connections: WORKSPACES, settings: { ...DEFAULTS, ...settings } });
  runs.push(await withContender(whole, () => theWholeWay(whole, size)));
  if (!alone) {
    tell('bare consumer and plain Nest, side by side');
    const baselines = await Promise.all([Baseline.bareConsumer({ slack: AS_SLACK }), Baseline.plainNest({ slack: AS_SLACK })]);
    runs.push(...(await Promise.all(baselines.map((baseline) => withContender(baseline, () => fromTheBus(baseline, size))))));
  }
  return [toReport(runs, size)];
};

/** The channels in turn, the next one in the next workspace. */
function where(index: number, { channels }: Size): Where {
  const channel = index % channels;
  return { connection: channel % WORKSPACES, channel };
}

async function fromTheBus(contender: Contender, size: Size): Promise<Run> {
  await contender.start();
  const traffic = new Traffic();
  await warmUp(contender, traffic, size);
  const sent = await sendOnTime(contender, evenly(size.durationMs, PER_SECOND, (index) => traffic.commandTo(where(index, size))));
  const waits = await answered(contender, sent.map(({ command, at }) => ({ delivery: command.commandId, since: at })), size);
  return { name: contender.name === 'Tocsin' ? 'Tocsin, from RabbitMQ on' : contender.name, of: contender, waits };
}

async function theWholeWay(tocsin: Tocsin, size: Size): Promise<Run> {
  await tocsin.start();
  const issues = await IssuesService.start(tocsin);
  const traffic = new Traffic();
  const plan = evenly(size.durationMs, PER_SECOND, (index) => traffic.commandTo(where(index, size)));
  const ids = await issues.report(plan.flatMap(({ command }) => command.issues));
  await warmUp(tocsin, traffic, size);
  const begin = performance.now();
  const sends = plan.map(async ({ afterMs, command }, index) => {
    await sleep(Math.max(0, begin + afterMs - performance.now()));
    return issues.send(ids[index] ?? '', command);
  });
  const sent = await Promise.all(sends);
  const waits = await answered(tocsin, sent.map(({ deliveryId, askedAt }) => ({ delivery: deliveryId, since: askedAt })), size);
  return { name: 'Tocsin, the whole way', of: tocsin, waits };
}

/** One message to each channel: who may read it is known afterwards, and the code has run. */
async function warmUp(contender: Contender, traffic: Traffic, size: Size): Promise<void> {
  await send(contender, Array.from({ length: size.channels }, (_, index) => traffic.commandTo(where(index, size))));
  await untilCount(async () => (await contender.slack.counts()).deliveries, size.channels, `${contender.name} warms up`);
  await sleep(2000); // longer than the interval of a channel
}

async function answered({ name, slack }: Contender, asked: readonly { delivery: string; since: number }[], { channels }: Size): Promise<number[]> {
  await untilCount(async () => (await slack.counts()).deliveries, channels + asked.length, `${name} posts`);
  const answeredAt = new Map((await slack.posts()).map((post) => [post.delivery, post.answeredAt]));
  return asked.map(({ delivery, since }) => (answeredAt.get(delivery) ?? Infinity) - since);
}

function toReport(runs: readonly Run[], { channels, durationMs }: Size): Report {
  return {
    name: 'latency',
    told: [
      `${PER_SECOND} a second for ${figure(durationMs / 1000)} s, in turn to ${channels} channels of ${WORKSPACES} workspaces, each of which has had a message before; Slack ${describeSlack(AS_SLACK)}.`,
      'From RabbitMQ on: from just before the publish. The whole way: from just before POST /v1/slack-messages is sent to issues, whose commit lies in it. Until Slack has answered.',
    ],
    settings: [...new Map(runs.map(({ of }) => [of.name, settingsOf(of)])).values()],
    columns: ['messages', 'p50', 'p99', 'most'],
    rows: runs.map(({ name, waits }) => ({ name, cells: [figure(waits.length), milliseconds(percentile(waits, 0.5)), milliseconds(percentile(waits, 0.99)), milliseconds(Math.max(...waits))] })),
    goals: runs.filter(({ of }) => of.name === 'Tocsin').flatMap(goalsOf),
  };
}

function goalsOf({ name, waits }: Run): Goal[] {
  return ([[0.5, 500], [0.99, 2000]] as const).map(([part, limit]) => {
    const value = percentile(waits, part);
    return { text: `${name}: p${part * 100} ≤ ${limit} ms`, measured: milliseconds(value), met: value <= limit };
  });
}
