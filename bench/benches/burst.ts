/**
 * How soon people know when everything happens at once: 10,000 commands for one channel that takes one message a second. An issue is
 * told when the message that names or counts it is in the channel. The clock starts with the first publish.
 */
import type { Bench } from '../bench.js';
import { Baseline } from '../contenders/baseline.js';
import { send, withContender, type Contender } from '../contenders/contender.js';
import { Tocsin } from '../contenders/tocsin.js';
import { figure, seconds, settingsOf, type Report } from '../report.js';
import { AS_SLACK, describeSlack } from '../slack-settings.js';
import { Traffic } from '../traffic.js';
import { until } from '../until.js';

const GOAL_MS = 60_000;
/** As an installation has them that changed nothing. */
const DEFAULTS = { SLACK_CHANNEL_INTERVAL_MS: '1000', SLACK_WORKSPACE_RATE: '5', SLACK_WORKSPACE_BURST: '20', DIGEST_AFTER_SECONDS: '30' };

interface Run {
  of: Pick<Contender, 'name' | 'settings'>;
  told: number;
  /** Until the last message that was needed; undefined when not all were told in time. */
  ms: number | undefined;
  messages: number;
  refused: number;
}

export const burst: Bench = async ({ smoke, scale, alone, settings, tell }) => {
  const [issues, patienceMs] = smoke ? [50, 4000] : [Math.round(10_000 * scale), GOAL_MS * 2];
  tell('Tocsin');
  const tocsin = await Tocsin.prepare({ slack: AS_SLACK, settings: { ...DEFAULTS, ...settings } });
  const ours = await withContender(tocsin, () => run(tocsin, issues, patienceMs, () => toldBy(tocsin, issues)));
  const runs = [ours];
  if (!alone) {
    tell('bare consumer and plain Nest, side by side, for the same time');
    const baselines = await Promise.all([Baseline.bareConsumer({ slack: AS_SLACK }), Baseline.plainNest({ slack: AS_SLACK })]);
    const patience = Math.min(ours.ms ?? patienceMs, GOAL_MS);
    runs.push(...(await Promise.all(baselines.map((baseline) => withContender(baseline, () => run(baseline, issues, patience, () => baseline.recorded()))))));
  }
  return [toReport(runs, issues)];
};

/** Digests are deliveries too and stand for no issue of their own. */
async function toldBy(tocsin: Tocsin, issues: number): Promise<number> {
  const { accepted, byState } = await tocsin.summary();
  return byState.posted - Math.max(0, accepted - issues);
}

/** @param told how many commands are told, one by one or in a digest */
async function run(contender: Contender, issues: number, patienceMs: number, told: () => Promise<number>): Promise<Run> {
  await contender.start();
  const traffic = new Traffic();
  const commands = Array.from({ length: issues }, () => traffic.commandTo({ channel: 0 }));
  const begin = Date.now();
  await send(contender, commands);
  await until(async () => Date.now() - begin > patienceMs || (await told()) >= issues, 'all are told', { everyMs: 250, timeoutMs: patienceMs + 10_000 });
  const known = Math.min(await told(), issues);
  await contender.lostNothing(issues);
  const { posts, refused } = await contender.slack.counts();
  const last = (await contender.slack.posts()).at(-1)?.answeredAt ?? begin;
  return { of: contender, told: known, ms: known >= issues ? last - begin : undefined, messages: posts, refused };
}

function toReport(runs: readonly Run[], issues: number): Report {
  const [ours] = runs;
  return {
    name: 'burst',
    told: [
      `${figure(issues)} commands for one channel, as fast as RabbitMQ takes them; Slack ${describeSlack(AS_SLACK)}.`,
      'Told are those whose delivery is posted, one by one or with the digest that stands for it.',
    ],
    settings: runs.map(({ of }) => settingsOf(of)),
    columns: ['told', 'all told after', 'messages', '429'],
    rows: runs.map(({ of, told, ms, messages, refused }) => ({ name: of.name, cells: [`${figure(told)} of ${figure(issues)}`, ms === undefined ? '–' : seconds(ms), figure(messages), figure(refused)] })),
    goals: ours === undefined ? [] : [{ text: `all ${figure(issues)} told within ${seconds(GOAL_MS)}`, measured: ours.ms === undefined ? `${figure(ours.told)} told` : seconds(ours.ms), met: ours.ms !== undefined && ours.ms <= GOAL_MS }],
  };
}
