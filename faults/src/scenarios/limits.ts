/** Slack says "too fast" and for how long, in all the ways in which it may say so: how long is waited, by whom, and what is told of it. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Delivery } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import type { Facts } from '../ledgers.js';
import type { Scenario } from '../scenario.js';
import type { LoadPlan, Place } from '../system/load.js';
import type { SandboxFault, SandboxRequest } from '../system/sandbox.js';
import type { System } from '../system/system.js';
import { allPosted, expected, nothingUnknown } from './expectations.js';

const ACME = 'T0ACME0001';
/** So little that nobody waits for pacing, two organizations in one workspace included. */
const LITTLE: LoadPlan = { byHand: 20, commands: 140, seconds: 5, channels: 6 };
/** Lanes come back a little apart, and a crowded machine takes its time. */
const LATE_MS = 2500;
/** Nineteen of twenty messages that nobody limited wait in line for less than this. */
const UNTROUBLED_MS = 2000;
/** Where it does not say, or nobody can read it. */
const UNNAMED_MS = 30_000;
/** Where Slack names no time at all: asking again at once would be refused again. */
const SHORTEST_MS = 1000;
const HOUR_MS = 3_600_000;
/** So many channels say that it is their workspace which is too fast. */
const CHANNELS_OF_A_PAUSE = 3;
/** What had been asked already when that was known. */
const UNDER_WAY_MS = 500;

type Waiting = NonNullable<Delivery['waitingFor']>;

interface Limited {
  organizationId: string;
  channels: readonly string[];
  /** What a limited message was said to wait for while it did, and when Slack had refused it. */
  told: Waiting;
  limitedAt: number;
}

function limited(name: string, fault: string, sandboxFault: SandboxFault, waitMs: number, isWhole = false): Scenario<Limited> {
  return {
    name: `slack-429-${name}`, fault, holds: `${waitMs / 1000} s until the next post to what was limited, no less and not much more; others go on; nothing unknown, no duplicates, all posted`,
    strike: async (system) => {
      const place = firstPlace(system);
      const channels = place.channels.slice(0, isWhole ? LITTLE.channels : 1);
      await system.sandbox.fault({ ...sandboxFault, workspace: 'acme', ...(!isWhole && { channel: channels[0] ?? '' }) });
      const told = await whatIsTold(system, place);
      await system.sandbox.faultsSpent();
      await sleep(waitMs + LATE_MS); // time that is made to pass afterwards counts as time
      return { organizationId: place.organizationId, channels, ...told };
    },
    load: LITTLE,
    judge: async (facts, struck, { sandbox }) => {
      const posts = await sandbox.posts();
      return [...nothingUnknown(facts), ...allPosted(facts), ...waits(posts, struck, waitMs, isWhole), ...(isWhole ? pausesWhole(posts, waitMs) : []), ...toldUntil(struck, waitMs), ...othersWentOn(facts, struck, posts)];
    },
  };
}

function firstPlace({ places }: System): Place {
  const [place] = places;
  if (place === undefined) throw new Error('nothing is connected');
  return place;
}

/** Follows the message that was limited last until it says what it waits for. */
async function whatIsTold(system: System, { organizationId }: Place): Promise<Pick<Limited, 'told' | 'limitedAt'>> {
  return eventually(async () => {
    const last = (await limits(system)).at(-1);
    const id = last && deliveryOf(last);
    if (last === undefined || id === undefined) return undefined;
    const { body } = await system.call<Delivery>('GET', 'notifier', organizationId, `/v1/deliveries/${id}`);
    return body.state === 'waiting' && body.waitingFor !== undefined && { told: body.waitingFor, limitedAt: Date.parse(last.at) };
  }, { timeout: 60_000 });
}

async function limits({ sandbox }: System): Promise<SandboxRequest[]> {
  return (await sandbox.posts()).filter(({ status }) => status === 429);
}

function deliveryOf({ arguments: { metadata } }: SandboxRequest): string | undefined {
  const { event_payload } = (typeof metadata === 'string' ? JSON.parse(metadata) : metadata ?? {}) as { event_payload?: { delivery_id?: string } };
  return event_payload?.delivery_id;
}

/** How long it took from each refusal to the next post to the same channel. Where the workspace pauses, the longest wait of any channel is that of all. */
function waits(posts: readonly SandboxRequest[], { channels }: Limited, waitMs: number, isWhole: boolean): string[] {
  const gaps = channels.flatMap((channel) => {
    const own = posts.filter(({ arguments: { channel: to }, workspace }) => to === channel && workspace === ACME).map(({ status, at }) => ({ status, at: Date.parse(at) })).sort((a, b) => a.at - b.at);
    return own.flatMap(({ status, at }, n) => (status === 429 ? [(own[n + 1]?.at ?? Infinity) - at] : []));
  });
  const longest = (isWhole ? 2 : 1) * waitMs + LATE_MS;
  const [early, late] = [gaps.filter((gap) => gap < waitMs), gaps.filter((gap) => gap > longest)];
  return [
    ...expected(gaps.length > 0, 'nothing was limited'),
    ...expected(early.length === 0, `${early.length} of ${gaps.length} times the next post came before its time, after ${early.join(', ')} ms instead of ${waitMs}`),
    ...expected(late.length === 0, `${late.length} of ${gaps.length} times the next post was long in coming, after ${late.join(', ')} ms instead of ${waitMs}`),
  ];
}

/** Once several channels of it were refused, nothing goes to the workspace at all, whoever sends. */
function pausesWhole(posts: readonly SandboxRequest[], waitMs: number): string[] {
  const own = posts.filter(({ workspace }) => workspace === ACME).map(({ status, at, arguments: { channel } }) => ({ status, at: Date.parse(at), channel })).sort((a, b) => a.at - b.at);
  const refused = own.filter(({ status }) => status === 429);
  const known = refused.find(({ at }) => new Set(refused.filter((other) => other.at <= at).map(({ channel }) => channel)).size === CHANNELS_OF_A_PAUSE);
  if (known === undefined) return [`fewer than ${CHANNELS_OF_A_PAUSE} channels were limited`];
  const during = own.filter(({ at }) => at > known.at + UNDER_WAY_MS && at < known.at + waitMs);
  return expected(during.length === 0, `${during.length} posts to a workspace that pauses, the first ${Math.round((during[0]?.at ?? 0) - known.at)} ms after the refusal of its third channel`);
}

function toldUntil({ told, limitedAt }: Pick<Limited, 'told' | 'limitedAt'>, waitMs: number): string[] {
  const saidMs = Date.parse(told.until ?? '') - limitedAt;
  return [
    ...expected(saidMs >= waitMs && saidMs <= waitMs + LATE_MS, `a message that waited ${waitMs} ms was said to wait ${saidMs} ms: ${JSON.stringify(told)}`),
    ...expected(/slow down/.test(told.reason), `what a limited message waits for is told as "${told.reason}"`),
  ];
}

/** Nobody else waits for what Slack limited. */
function othersWentOn({ deliveries }: Facts, { organizationId, channels, limitedAt }: Limited, posts: readonly SandboxRequest[]): string[] {
  const others = deliveries.filter((delivery) => !(delivery.organizationId === organizationId && channels.includes(delivery.channel)));
  const waited = others.map(({ claimedAt, recordedAt }) => claimedAt - recordedAt).sort((a, b) => a - b);
  const most = waited[Math.floor(waited.length * 0.95)] ?? Infinity;
  const meanwhile = posts.some(({ status, at, workspace, arguments: { channel } }) => status === 200 && Date.parse(at) > limitedAt && !(workspace === ACME && channels.includes(String(channel))));
  return [
    ...expected(most < UNTROUBLED_MS, `one in twenty messages to what nobody limited waited for ${Math.round(most)} ms or more`),
    ...expected(meanwhile, 'nothing was posted elsewhere after the limit'),
  ];
}

/** One message finds out, and an hour is kept, of which most is made to pass. */
const anHour: Scenario<Limited & { problems: readonly string[] }> = {
  name: 'slack-429-hour', fault: 'a channel is limited once, Retry-After 3600',
  holds: 'all that goes there waits for an hour and says until when, everything else is posted meanwhile; then all is posted once', load: LITTLE,
  strike: async (system) => {
    const place = firstPlace(system);
    const channels = place.channels.slice(0, 1);
    await system.sandbox.fault({ times: 1, retryAfter: HOUR_MS / 1000, workspace: 'acme', channel: channels[0] ?? '' });
    const told = await whatIsTold(system, place);
    const struck = { organizationId: place.organizationId, channels, ...told };
    const waiting = await eventually(() => onlyTheseWait(system, struck), { timeout: 60_000 });
    const problems = [...await othersSayUntil(system, struck, waiting)];
    await system.passTime(HOUR_MS / 1000 - 300);
    await sleep(2000);
    const asked = (await limitedPosts(system, struck)).length;
    problems.push(...expected(asked === 1, `${asked} posts to a channel that was limited for an hour, within that hour`));
    return { ...struck, problems };
  },
  judge: async (facts, struck, { sandbox }) => [
    ...nothingUnknown(facts), ...allPosted(facts), ...struck.problems, ...toldUntil(struck, HOUR_MS), ...othersWentOn(facts, struck, await sandbox.posts()),
  ],
};

/** @returns the ids of what waits, once everything was sent and all else is posted */
async function onlyTheseWait({ load, query }: System, { organizationId, channels }: Limited): Promise<readonly string[] | undefined> {
  const rows = await query<{ id: string; ours: boolean; state: string }>(
    'select delivery_id as id, organization_id = $1 and destination_id = any($2) as ours, state from notifier.ledger', [organizationId, channels]);
  const isAllThere = load.accepted.length === LITTLE.byHand + LITTLE.commands && rows.length === load.accepted.length;
  return isAllThere && rows.every(({ ours, state }) => state === (ours ? 'waiting' : 'posted')) ? rows.filter(({ ours }) => ours).map(({ id }) => id) : undefined;
}

/** What stands in line behind the one that was limited. */
async function othersSayUntil(system: System, { organizationId, limitedAt }: Limited, ids: readonly string[]): Promise<string[]> {
  const views = await Promise.all(ids.map(async (id) => (await system.call<Delivery>('GET', 'notifier', organizationId, `/v1/deliveries/${id}`)).body));
  const unsaid = views.filter(({ waitingFor }) => !(Date.parse(waitingFor?.until ?? '') - limitedAt >= HOUR_MS));
  return [
    ...expected(ids.length > 1, 'nothing else waited for that channel'),
    ...expected(unsaid.length === 0, `${unsaid.length} of ${ids.length} that wait do not say until when: ${JSON.stringify(unsaid[0]?.waitingFor)}`),
  ];
}

async function limitedPosts({ sandbox }: System, { channels }: Limited): Promise<SandboxRequest[]> {
  return (await sandbox.posts()).filter(({ workspace, arguments: { channel } }) => workspace === ACME && channels.includes(String(channel)));
}

export const LIMITS: readonly Scenario[] = [
  limited('channel', 'a channel is limited five times, Retry-After 2', { times: 5, retryAfter: 2 }, 2000),
  limited('workspace', 'a workspace is limited twenty times, Retry-After 2', { times: 20, retryAfter: 2 }, 2000, true),
  limited('no-header', 'a channel is limited twice, without Retry-After', { times: 2, status: 429, error: 'ratelimited' }, UNNAMED_MS),
  limited('zero', 'a channel is limited three times, Retry-After 0', { times: 3, retryAfter: 0 }, SHORTEST_MS),
  limited('garbage', 'a channel is limited twice, Retry-After soon', { times: 2, retryAfter: 'soon' }, UNNAMED_MS),
  anHour,
];
