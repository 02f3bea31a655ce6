/**
 * What a digest says that stands for the waiting messages of one destination: how many issues, since when, how bad, the
 * worst of them by name. Every issue is named or counted, in exactly one section.
 */
import { ISSUE_CHANGES, SEVERITIES, type Issue, type IssueChange, type IssueStatus, type Severity } from '../issue.js';
import { grouped } from './digest.js';
import type { DigestInput } from './message-input.js';
import { SEVERITY_LOOKS } from './severity-look.js';

/** Where an issue is told: an open one by its severity, another by how it ended. */
export type BurstGroup = Severity | Exclude<IssueStatus, 'open'>;

/** Issues of one group that the same happened to. */
export interface BurstCount {
  group: BurstGroup;
  change: IssueChange | null;
  count: number;
}

export interface Burst {
  /** Together every issue once. */
  counts: readonly BurstCount[];
  /** The worst of each group first. */
  named: readonly { group: BurstGroup; issue: Issue }[];
  /** When the first and the last of the messages was said. */
  oldest: Date;
  newest: Date;
  now: Date;
  /** Leads to exactly these messages. */
  link: string;
}

/** Issues named in one group, and in all of them. */
const NAMED_IN_GROUP = 10;
const NAMED = 25;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** What waited longer is told as a catch-up. */
const LATE_MS = HOUR_MS;
/** From here on the larger unit is easier to read. */
const SECONDS_MAX = 90 * SECOND_MS;
const MINUTES_MAX = 90 * MINUTE_MS;
const HOURS_MAX = 48 * HOUR_MS;

const WORST_FIRST: readonly Severity[] = [...SEVERITIES].reverse();
const GROUPS: readonly BurstGroup[] = [...WORST_FIRST, 'resolved', 'excluded'];
const NAMES: Record<BurstGroup, string> = {
  critical: SEVERITY_LOOKS.critical.word,
  high: SEVERITY_LOOKS.high.word,
  medium: SEVERITY_LOOKS.medium.word,
  low: SEVERITY_LOOKS.low.word,
  info: SEVERITY_LOOKS.info.word,
  resolved: 'Resolved',
  excluded: 'Excluded',
};

/** @returns the digest’s content; the totals of its sections add up to all that was counted */
export function burstDigest({ counts, named, oldest, newest, now, link }: Burst): DigestInput {
  const totalOf = (group: BurstGroup): number => sum(counts.filter((count) => count.group === group));
  const open = sum(counts.filter(({ group }) => isSeverity(group)));
  let room = NAMED;
  const sections = GROUPS.filter((group) => totalOf(group) > 0).map((group) => {
    const issues = named.filter((one) => one.group === group).slice(0, Math.min(NAMED_IN_GROUP, room)).map(({ issue }) => issue);
    room -= issues.length;
    return { name: NAMES[group], total: totalOf(group), issues };
  });
  return { kind: 'burst', title: titleOf(open, totalOf('resolved'), sum(counts), { oldest, newest, now }), totals: totalsOf(counts, totalOf), sections, link };
}

/** Severities of what is open, what happened to it, and what is over. */
function totalsOf(counts: readonly BurstCount[], totalOf: (group: BurstGroup) => number): Record<string, number> {
  const changed = ISSUE_CHANGES.filter((change) => change !== 'resolved').map((change) => [change, sum(counts.filter((count) => isSeverity(count.group) && count.change === change))] as const);
  const named: (readonly [string, number])[] = [...WORST_FIRST.map((severity) => [severity, totalOf(severity)] as const), ...changed, ['resolved', totalOf('resolved')], ['excluded', totalOf('excluded')]];
  return Object.fromEntries(named.filter(([, count]) => count !== 0));
}

function titleOf(open: number, resolved: number, all: number, { oldest, newest, now }: Pick<Burst, 'oldest' | 'newest' | 'now'>): string {
  const isLate = now.getTime() - oldest.getTime() > LATE_MS;
  const isOver = resolved === all;
  if (!isLate) return `${issues(all)}${isOver ? ' resolved' : ''} ${timeBetween(oldest, newest)}`;
  const age = duration(now.getTime() - oldest.getTime());
  if (isOver) return `Catch-up: ${issues(all)} resolved in the last ${age}`;
  if (open === 0) return `Catch-up: ${issues(all)} of the last ${age}`;
  return `Catch-up: ${issues(open)} of the last ${age} that ${open === 1 ? 'is' : 'are'} still open`;
}

function timeBetween(oldest: Date, newest: Date): string {
  const ms = newest.getTime() - oldest.getTime();
  return ms < 2 * SECOND_MS ? 'at once' : `in ${duration(ms)}`;
}

function duration(ms: number): string {
  if (ms < SECONDS_MAX) return unit(Math.ceil(ms / SECOND_MS), 'second');
  if (ms < MINUTES_MAX) return unit(Math.round(ms / MINUTE_MS), 'minute');
  if (ms < HOURS_MAX) return `${Math.round(ms / HOUR_MS)} h`;
  return unit(Math.round(ms / (24 * HOUR_MS)), 'day');
}

function unit(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

function issues(count: number): string {
  return `${grouped(count)} ${count === 1 ? 'issue' : 'issues'}`;
}

function isSeverity(group: BurstGroup): group is Severity {
  return group !== 'resolved' && group !== 'excluded';
}

function sum(counts: readonly BurstCount[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}
