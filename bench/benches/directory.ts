/**
 * Whether the picker answers at once, while a large workspace is read in and afterwards, and whether reading it takes as long
 * as Slack's limits allow and no longer. Slack is the sandbox with its tiers; their clock goes faster, so that 50,000 people
 * do not take a quarter of an hour.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Bench } from '../bench.js';
import { withContender } from '../contenders/contender.js';
import { DirectoryOwner, type Workspace } from '../contenders/directory-owner.js';
import { residentMegabytes } from '../process-figures.js';
import { atMost, figure, milliseconds, seconds, type Goal, type Report } from '../report.js';
import { percentile } from '../statistics.js';
import { until } from '../until.js';

const TIME_SCALE = 10;
/** Tier 2, as the sandbox has it: calls of one method a minute, as many at once. */
const CALLS_A_MINUTE = 20;
const [CHANNELS_A_PAGE, PEOPLE_A_PAGE] = [999, 200];
const LONGEST_SYNC_MS = 600_000;
/** Between two picks while it syncs: somebody types. */
const THINKING_MS = 15;

/** One character, two, more, in the middle of a word, mistyped, marks, an address, an id, a link, other scripts, nothing. */
const TYPED = [
  't', 'p', 'te', 'pe', 'team', 'person', 'team-0001', '000041', 'eam', 'erson 00', 'taem-000041', 'persno-000041', '#general', '@alice', 'sec alrets', 'person-000041@acme.test', 'C1GEN000041',
  'https://acme.slack.com/archives/C1GEN000041', 'платежи', 'Пл', '障害対応', 'Café', '%', '',
];

interface Run extends Workspace {
  pickableMs: number;
  syncMs: number;
  boundMs: number;
  refused: number;
  cold: number[];
  during: number[];
  after: number[];
  grownMegabytes: number;
  databaseMegabytes: number;
}

export const directory: Bench = async ({ smoke, scale, settings, tell }) => {
  const sizes = smoke ? [300] : [1000, 10_000, 100_000].map((channels) => Math.round(channels * scale));
  const runs: Run[] = [];
  for (const channels of sizes) {
    tell(`${channels} channels`);
    runs.push(await runWith({ channels, people: channels / 2, timeScale: smoke ? 100 : TIME_SCALE }, settings, smoke));
  }
  return [toReport(runs, settings)];
};

async function runWith(workspace: Workspace, settings: Readonly<Record<string, string>>, smoke: boolean): Promise<Run> {
  return withContender(await DirectoryOwner.prepare(workspace, settings), async (owner) => {
    await owner.start();
    await owner.warmUp(smoke ? 5 : 300);
    await sleep(1000); // what a start leaves behind is not growth
    const before = residentMegabytes(owner.pid) ?? 0;
    const synced = await sync(owner, workspace);
    const after = await timed(owner, smoke ? 48 : 960);
    const grownMegabytes = Math.max(synced.mostMegabytes, residentMegabytes(owner.pid) ?? 0) - before;
    const asked = await Promise.all(['conversations.list', 'users.list'].map((method) => owner.asked(method)));
    await owner.restart();
    const cold = await timed(owner, TYPED.length);
    return { ...workspace, ...synced, boundMs: boundOf(workspace), refused: asked.reduce((sum, { refused }) => sum + refused, 0), cold, after, grownMegabytes, databaseMegabytes: await owner.megabytes() };
  });
}

/** Connects and picks until all is read. */
async function sync(owner: DirectoryOwner, { channels, people }: Workspace): Promise<Pick<Run, 'pickableMs' | 'syncMs' | 'during'> & { mostMegabytes: number }> {
  const begin = performance.now();
  owner.connect();
  await until(async () => (await owner.pick('sec-alerts')).list.items.length > 0, 'a channel that the app is in can be picked');
  const pickableMs = performance.now() - begin;
  const during: number[] = [];
  let [mostMegabytes, syncMs] = [0, NaN];
  for (let pick = 0; Number.isNaN(syncMs); pick += 1) {
    if (performance.now() - begin > LONGEST_SYNC_MS) throw new Error(`the sync did not end: ${JSON.stringify(await owner.status())}`);
    during.push((await owner.pick(TYPED[pick % TYPED.length] ?? '')).ms);
    mostMegabytes = Math.max(mostMegabytes, residentMegabytes(owner.pid) ?? 0);
    const status = await owner.status();
    if (status.channels.complete && status.people.complete) syncMs = performance.now() - begin;
    await sleep(THINKING_MS);
  }
  const { channels: have, people: known } = await owner.status();
  if (have.have < channels || known.have < people) throw new Error(`the copy lacks some: ${have.have} channels, ${known.have} people`);
  return { pickableMs, syncMs, during, mostMegabytes };
}

async function timed(owner: DirectoryOwner, picks: number): Promise<number[]> {
  const waits: number[] = [];
  for (let pick = 0; pick < picks; pick += 1) waits.push((await owner.pick(TYPED[pick % TYPED.length] ?? '')).ms);
  return waits;
}

/** What the tier allows: both lists side by side, the longer one counts. */
function boundOf({ channels, people, timeScale }: Workspace): number {
  const calls = Math.max(Math.ceil(channels / CHANNELS_A_PAGE), Math.ceil(people / PEOPLE_A_PAGE)) + 1; // Slack's empty page
  return (Math.max(0, calls - CALLS_A_MINUTE) / CALLS_A_MINUTE) * (60_000 / timeScale);
}

function toReport(runs: readonly Run[], settings: Readonly<Record<string, string>>): Report {
  const p = (values: readonly number[]): string => `${milliseconds(percentile(values, 0.5))} / ${milliseconds(percentile(values, 0.99))}`;
  return {
    name: 'directory',
    told: [
      `A workspace of the sandbox, Tier 2 of ${CALLS_A_MINUTE} calls a minute and method, its clock ${runs[0]?.timeScale ?? TIME_SCALE} times as fast; pages of ${CHANNELS_A_PAGE} channels and ${PEOPLE_A_PAGE} people.`,
      `Picks one after the other over HTTP, ${TYPED.length} different ones in turn, p50 / p99: cold (a new process, each once), during the sync, after it.`,
    ],
    settings: [{ name: 'Tocsin', settings: { DIRECTORY_REFRESH_HOURS: '12', ...settings } }],
    columns: ['people', 'cold', 'during', 'after', 'pickable', 'sync', 'tier', '429', 'RSS +MB', 'database MB'],
    rows: runs.map((run) => ({
      name: `Tocsin, ${figure(run.channels)} channels`,
      cells: [figure(run.people), p(run.cold), p(run.during), p(run.after), seconds(run.pickableMs), seconds(run.syncMs), seconds(run.boundMs), figure(run.refused), figure(run.grownMegabytes), figure(run.databaseMegabytes)],
    })),
    goals: runs.slice(-1).flatMap(goalsOf),
  };
}

function goalsOf(run: Run): Goal[] {
  return [
    atMost('p99 of a pick after the sync, ms', percentile(run.after, 0.99), 20),
    atMost('p99 of a pick during the sync, ms', percentile(run.during, 0.99), 30),
    atMost('a channel that the app is in can be picked, s', run.pickableMs / 1000, 5),
    ...(run.boundMs > 0 ? [atMost('sync, times what the tier allows', run.syncMs / run.boundMs, 1.1)] : []),
    atMost('memory that notifier grew by, MB', run.grownMegabytes, 60),
    atMost('database, MB', run.databaseMegabytes, 150),
  ];
}
