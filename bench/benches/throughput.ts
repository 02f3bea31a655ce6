/**
 * How many messages a second go through, and what they cost, when Slack takes everything at once. Each contender in turn gets the
 * machine for itself, is warmed up, and then gets all commands as fast as RabbitMQ takes them.
 */
import type { SendToSlack } from '@tocsin/contracts';

import type { Bench, BenchOptions } from '../bench.js';
import { Baseline } from '../contenders/baseline.js';
import { send, withContender, type Contender, type PrepareContender } from '../contenders/contender.js';
import { Tocsin } from '../contenders/tocsin.js';
import { totalCpuSeconds } from '../process-figures.js';
import { atLeast, atMost, figure, settingsOf, spread, type Report } from '../report.js';
import { describeSlack, UNLIMITED } from '../slack-settings.js';
import { median, spreadOf } from '../statistics.js';
import { Traffic } from '../traffic.js';
import { untilCount } from '../until.js';

const CHANNELS = 200;
const NOT_PACED = { SLACK_CHANNEL_INTERVAL_MS: '0', SLACK_WORKSPACE_RATE: '0', DIGEST_AFTER_SECONDS: '0' };
const TOCSIN: PrepareContender = (options) => Tocsin.prepare(options);
const BASELINES: readonly PrepareContender[] = [(options) => Baseline.bareConsumer(options), (options) => Baseline.plainNest(options), (options) => Baseline.carefulNest(options)];

interface Size {
  warmUp: number;
  commands: number;
}

interface Run {
  contender: Pick<Contender, 'name' | 'settings'>;
  perSecond: number;
  /** CPU seconds of its own process for 1,000 messages. */
  cpu: number | undefined;
}

export const throughput: Bench = async (options) => {
  const size = options.smoke ? { warmUp: 20, commands: 200 } : { warmUp: 6000, commands: Math.round(20_000 * options.scale) };
  const runs: Run[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const prepare of options.alone ? [TOCSIN] : [TOCSIN, ...BASELINES]) {
      const contender = await prepare({ slack: UNLIMITED, settings: { ...NOT_PACED, ...options.settings } });
      options.tell(`round ${round}: ${contender.name}`);
      runs.push(await withContender(contender, () => measure(contender, size, options)));
    }
  }
  return [toReport(runs, size, options)];
};

async function measure(contender: Contender, { warmUp, commands }: Size, { tell }: BenchOptions): Promise<Run> {
  await contender.start();
  const traffic = new Traffic();
  const next = (count: number): SendToSlack[] => Array.from({ length: count }, (_, index) => traffic.commandTo({ channel: index % CHANNELS }));
  await send(contender, next(warmUp));
  await postedAndRecorded(contender, warmUp);
  await contender.rest();

  const messages = contender.messagesOf(next(commands));
  const cpuBefore = totalCpuSeconds(contender.pids);
  const begin = performance.now();
  await contender.publisher.publish(messages);
  await postedAndRecorded(contender, warmUp + commands);
  const ms = performance.now() - begin;
  await contender.rest();
  const cpuAfter = totalCpuSeconds(contender.pids);

  const { posts, deliveries } = await contender.slack.counts();
  if (posts !== deliveries) tell(`${contender.name} posted ${posts - deliveries} messages twice`);
  return { contender, perSecond: (commands / ms) * 1000, cpu: cpuBefore === undefined || cpuAfter === undefined ? undefined : ((cpuAfter - cpuBefore) / commands) * 1000 };
}

/** The database is asked only when Slack has everything: its answer costs its process time. */
async function postedAndRecorded(contender: Contender, total: number): Promise<void> {
  await untilCount(async () => (await contender.slack.counts()).deliveries, total, `${contender.name} posts`, { everyMs: 100 });
  await untilCount(() => contender.recorded(), total, `${contender.name} records`, { everyMs: 20 });
}

function toReport(runs: readonly Run[], { commands }: Size, { rounds }: BenchOptions): Report {
  const of = (name: string): Run[] => runs.filter(({ contender }) => contender.name === name);
  const names = [...new Set(runs.map(({ contender }) => contender.name))];
  const [ours, bare, nest] = [of('Tocsin'), of('bare consumer'), of('plain Nest')];
  const rate = (some: Run[]): number => median(some.map(({ perSecond }) => perSecond));
  const cpu = (some: Run[]): number => median(some.map((one) => one.cpu ?? NaN));
  return {
    name: 'throughput',
    told: [
      `${figure(commands)} commands of 2 to 4 kB to ${CHANNELS} channels, from the first publish until the last is recorded in PostgreSQL; Slack ${describeSlack(UNLIMITED)}.`,
      `CPU is user and system time of the own process alone, until outcomes are told. ${rounds === 1 ? 'One run' : `Median of ${rounds} interleaved runs (least–most)`}.`,
    ],
    settings: names.flatMap((name) => of(name).slice(0, 1).map(({ contender }) => settingsOf(contender))),
    columns: ['messages/s', 'times plain Nest', 'CPU s per 1,000', 'CPU, times bare'],
    rows: names.map((name) => ({
      name,
      cells: [
        spread(spreadOf(of(name).map(({ perSecond }) => perSecond))), figure(rate(of(name)) / rate(nest)),
        spread(spreadOf(of(name).map((one) => one.cpu ?? NaN))), figure(cpu(of(name)) / cpu(bare)),
      ],
    })),
    goals: [
      atLeast('messages/s, times plain Nest', rate(ours) / rate(nest), 4),
      atMost('CPU s per 1,000', cpu(ours), 0.25),
    ],
  };
}
