/**
 * Whether a workspace with more to send than it may is held at its limit, uses it, and leaves the others alone: 2,000 channels of one
 * workspace are due beside 50 workspaces with two channels each. The clock starts with the first message that Slack gets; before it
 * Tocsin has taken all in, its workspaces paused, so that all of it is due at that moment.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Bench } from '../bench.js';
import { Baseline } from '../contenders/baseline.js';
import { send, withContender, type Contender } from '../contenders/contender.js';
import { Tocsin } from '../contenders/tocsin.js';
import { idealCount, idealDuration } from '../ideal.js';
import { atLeast, atMost, figure, seconds, settingsOf, type Report } from '../report.js';
import type { Post } from '../running-slack.js';
import { AS_SLACK, describeSlack, type SlackSettings } from '../slack-settings.js';
import { mostWithin } from '../statistics.js';
import { connectionId, tokenOf, Traffic } from '../traffic.js';
import { until } from '../until.js';

const LIMIT = { perSecond: 20, burst: 10 };
const INTERVAL_MS = 1000;
const SETTINGS = { SLACK_CHANNEL_INTERVAL_MS: String(INTERVAL_MS), SLACK_WORKSPACE_RATE: String(LIMIT.perSecond), SLACK_WORKSPACE_BURST: String(LIMIT.burst), DIGEST_AFTER_SECONDS: '0' };
/** Slack refuses what is beyond burst and rate together. */
const SLACK: SlackSettings = { ...AS_SLACK, workspace: { perSecond: LIMIT.perSecond, burst: LIMIT.burst + LIMIT.perSecond } };
const LANES_OF_SMALL = 2;
const BIG = tokenOf(connectionId(0));

interface Size {
  lanes: number;
  small: number;
  perLane: number;
  windowMs: number;
  replicas: number;
}

interface Run {
  of: Pick<Contender, 'name' | 'settings'>;
  big: number;
  mostInASecond: number;
  smallDone: number;
  smallMs: number | undefined;
  refused: number;
}

export const bigWorkspace: Bench = async ({ smoke, scale, alone, settings, tell }) => {
  const size = smoke ? { lanes: 200, small: 5, perLane: 3, windowMs: 3000, replicas: 1 } : { lanes: 2000, small: 50, perLane: 20, windowMs: 40_000 * scale, replicas: 2 };
  const connections = 1 + size.small;
  tell('Tocsin');
  const tocsin = await Tocsin.prepare({ slack: SLACK, connections, held: true, settings: { ...SETTINGS, ...settings } });
  const runs = [await withContender(tocsin, (contender) => run(contender, size))];
  if (!alone) {
    tell('bare consumer and plain Nest, side by side');
    const baselines = await Promise.all([Baseline.bareConsumer({ slack: SLACK }), Baseline.plainNest({ slack: SLACK })]);
    runs.push(...(await Promise.all(baselines.map((baseline) => withContender(baseline, (contender) => run(contender, size))))));
  }
  return [toReport(runs, size)];
};

async function run(contender: Contender, { lanes, small, perLane, windowMs, replicas }: Size): Promise<Run> {
  const traffic = new Traffic();
  const big = Array.from({ length: lanes }, (_, channel) => traffic.commandTo({ channel }));
  const others = Array.from({ length: small * LANES_OF_SMALL * perLane }, (_, index) => traffic.commandTo({ connection: 1 + (index % small), channel: Math.floor(index / small) % LANES_OF_SMALL }));
  await send(contender, [...big, ...others]);
  await contender.start(replicas);
  await contender.holdUntilAllIsIn?.(big.length + others.length);
  await until(async () => (await contender.slack.counts()).posts > 0, `${contender.name} posts its first message`);
  await sleep(windowMs + 1000);
  await contender.lostNothing(big.length + others.length);
  const { refused } = await contender.slack.counts();
  return { of: contender, refused, ...figuresOf(await contender.slack.posts(), others.length, windowMs) };
}

function figuresOf(posts: readonly Post[], smallWanted: number, windowMs: number): Omit<Run, 'of' | 'refused'> {
  const begin = posts[0]?.receivedAt ?? 0;
  const within = posts.filter(({ receivedAt }) => receivedAt <= begin + windowMs);
  const big = within.filter(({ token }) => token === BIG).map(({ receivedAt }) => receivedAt);
  const small = within.filter(({ token }) => token !== BIG).map(({ receivedAt }) => receivedAt);
  return { big: big.length, mostInASecond: mostWithin(big, 1000), smallDone: small.length, smallMs: small.length < smallWanted ? undefined : Math.max(...small) - begin };
}

function toReport(runs: readonly Run[], { lanes, small, perLane, windowMs, replicas }: Size): Report {
  const ideal = idealDuration(perLane, INTERVAL_MS);
  const most = idealCount(LIMIT, windowMs);
  const wanted = small * LANES_OF_SMALL * perLane;
  const [ours] = runs;
  return {
    name: 'big-workspace',
    told: [
      `${figure(lanes)} channels of one workspace with one command each, behind them ${small} workspaces with ${LANES_OF_SMALL} channels and ${perLane} commands each; ${replicas === 1 ? 'one replica' : `${replicas} replicas`}, ${seconds(windowMs)}.`,
      `The limit of a workspace is ${LIMIT.perSecond} a second after ${LIMIT.burst} at once; Slack ${describeSlack(SLACK)}. Ideal for the small ones is ${seconds(ideal)}.`,
    ],
    settings: runs.map(({ of }) => settingsOf(of)),
    columns: ['big', 'part of its limit', 'most in a second', 'small done', 'after', 'times ideal', '429'],
    rows: runs.map(({ of, big, mostInASecond, smallDone, smallMs, refused }) => ({
      name: of.name,
      cells: [figure(big), figure(big / most), figure(mostInASecond), `${figure(smallDone)} of ${figure(wanted)}`, smallMs === undefined ? '–' : seconds(smallMs), figure(smallMs === undefined ? undefined : smallMs / ideal), figure(refused)],
    })),
    goals: ours === undefined ? [] : [
      atLeast('big workspace, part of its limit', ours.big / most, 0.97),
      atMost('big workspace, messages in any second', ours.mostInASecond, LIMIT.perSecond + LIMIT.burst),
      atMost('small workspaces done, times ideal', (ours.smallMs ?? Infinity) / ideal, 1.1),
    ],
  };
}
