/**
 * Whether one channel with a long line delays the others: its messages are in the queue first, then those of 300 other channels,
 * then two replicas are started. The clock starts with the first message that Slack gets.
 */
import type { Bench, BenchOptions } from '../bench.js';
import { Baseline } from '../contenders/baseline.js';
import { withContender, type Contender } from '../contenders/contender.js';
import { Tocsin } from '../contenders/tocsin.js';
import { idealDuration } from '../ideal.js';
import { peakMegabytes } from '../process-figures.js';
import { atLeast, atMost, figure, seconds, settingsOf, type Goal, type Report } from '../report.js';
import type { Post } from '../running-slack.js';
import { sendMany } from '../schedule.js';
import { AS_SLACK, describeSlack } from '../slack-settings.js';
import { channelId, Traffic } from '../traffic.js';
import { until } from '../until.js';

const INTERVAL_MS = 1000;
const PACED = { SLACK_CHANNEL_INTERVAL_MS: String(INTERVAL_MS), SLACK_WORKSPACE_RATE: '0', DIGEST_AFTER_SECONDS: '0' };
const HOT = channelId(0, 0);

interface Size {
  backlog: number;
  others: number;
  perChannel: number;
  replicas: number;
}

interface Run {
  of: Pick<Contender, 'name' | 'settings'>;
  /** Until the last message of the others, or until it was given up. */
  ms: number;
  /** How many messages of the others, and of the hot channel, came in that time. */
  others: number;
  hot: number;
  refused: number;
  megabytes: number | undefined;
}

export const hotChannel: Bench = async (options) => {
  const shape = options.smoke ? { others: 20, perChannel: 4, replicas: 1 } : { others: 300, perChannel: Math.max(2, Math.round(60 * options.scale)), replicas: 2 };
  const backlogs = options.smoke ? [200] : [20_000, 100_000];
  const reports: Report[] = [];
  for (const [index, backlog] of backlogs.entries()) reports.push(await measure({ backlog, ...shape }, index === 0 && !options.alone, options));
  return reports;
};

async function measure(size: Size, withBaselines: boolean, { settings, tell }: BenchOptions): Promise<Report> {
  const ideal = idealDuration(size.perChannel, INTERVAL_MS);
  tell(`Tocsin, ${figure(size.backlog)} in front`);
  const tocsin = await Tocsin.prepare({ slack: AS_SLACK, settings: { ...PACED, ...settings } });
  const ours = await withContender(tocsin, (contender) => run(contender, size, ideal * 3 + 30_000));
  const runs = [ours];
  if (withBaselines) {
    tell('bare consumer and plain Nest, side by side, for the same time');
    const baselines = await Promise.all([Baseline.bareConsumer({ slack: AS_SLACK }), Baseline.plainNest({ slack: AS_SLACK })]);
    runs.push(...(await Promise.all(baselines.map((baseline) => withContender(baseline, (contender) => run(contender, size, ours.ms))))));
  }
  return toReport(runs, size, ideal);
}

async function run(contender: Contender, { backlog, others, perChannel, replicas }: Size, patienceMs: number): Promise<Run> {
  const traffic = new Traffic();
  await sendMany(contender, backlog, () => traffic.commandTo({ channel: 0 }));
  await sendMany(contender, others * perChannel, (index) => traffic.commandTo({ channel: 1 + (index % others) }));
  await contender.start(replicas);
  await until(async () => (await contender.slack.counts()).posts > 0, `${contender.name} posts its first message`);
  const giveUp = performance.now() + patienceMs;
  await until(async () => performance.now() > giveUp || (await othersOf(contender)).length >= others * perChannel, 'the other channels are done', { everyMs: 500, timeoutMs: patienceMs + 10_000 });
  await contender.lostNothing(backlog + others * perChannel);
  const { refused } = await contender.slack.counts();
  const megabytes = contender.pids.map(peakMegabytes);
  return { of: contender, refused, megabytes: megabytes.some((value) => value === undefined) ? undefined : Math.max(...megabytes.map((value) => value ?? 0)), ...figuresOf(await contender.slack.posts(), others * perChannel, patienceMs) };
}

async function othersOf({ slack }: Contender): Promise<Post[]> {
  return (await slack.posts()).filter(({ channel }) => channel !== HOT);
}

function figuresOf(posts: readonly Post[], wanted: number, patienceMs: number): Pick<Run, 'ms' | 'others' | 'hot'> {
  const begin = posts[0]?.receivedAt ?? 0;
  const others = posts.filter(({ channel }) => channel !== HOT);
  const last = Math.max(begin, ...others.map(({ receivedAt }) => receivedAt));
  const ms = others.length >= wanted ? last - begin : patienceMs;
  return { ms, others: others.length, hot: posts.filter(({ channel, receivedAt }) => channel === HOT && receivedAt <= begin + ms).length };
}

function toReport(runs: readonly Run[], { backlog, others, perChannel, replicas }: Size, ideal: number): Report {
  const wanted = others * perChannel;
  return {
    name: `hot-channel, ${figure(backlog)} in front`,
    told: [
      `${figure(backlog)} commands for one channel in RabbitMQ, behind them ${figure(perChannel)} for each of ${figure(others)} others; then ${replicas === 1 ? 'one replica starts' : `${replicas} replicas start`}. Slack ${describeSlack(AS_SLACK)}.`,
      `Ideal for the others is ${seconds(ideal)}. Memory is the most that one process ever had resident.`,
    ],
    settings: runs.map(({ of }) => settingsOf(of)),
    columns: ['others done', 'after', 'times ideal', 'hot', 'hot, part of its limit', '429', 'MB'],
    rows: runs.map((one) => ({
      name: one.of.name,
      cells: [`${figure(one.others)} of ${figure(wanted)}`, seconds(one.ms), one.others < wanted ? '–' : figure(one.ms / ideal), figure(one.hot), figure(hotPart(one)), figure(one.refused), figure(one.megabytes)],
    })),
    goals: runs.slice(0, 1).flatMap((ours) => goalsOf(ours, wanted, ideal, backlog)),
  };
}

/** An ideal pacer sends one at the start and one after each interval. */
function hotPart({ hot, ms }: Run): number {
  return hot / (1 + Math.floor(ms / INTERVAL_MS));
}

function goalsOf(ours: Run, wanted: number, ideal: number, backlog: number): Goal[] {
  const front = `${figure(backlog)} in front`;
  return [
    atMost(`${front}: the others done, times ideal`, ours.others < wanted ? Infinity : ours.ms / ideal, 1.1),
    atLeast(`${front}: hot channel, part of its limit`, hotPart(ours), 0.95),
    ...(ours.megabytes === undefined ? [] : [atMost(`${front}: MB of a replica`, ours.megabytes, 250)]),
  ];
}
