/**
 * What is known of a destination that messages go to, and what news makes of it. A destination that needs attention is
 * still tried: only Slack decides whether a message can be posted, this tells people before they find out by a failure.
 * News comes late and twice; whatever is older than what it speaks about is known already.
 */
import type { DestinationKind } from './destination.js';

export const DESTINATION_CHANGES = ['renamed', 'archived', 'lost', 'recovered', 'shared', 'unshared', 'id_changed'] as const;
/** `recovered` ends `archived` and `lost`. */
export type DestinationChange = (typeof DESTINATION_CHANGES)[number];

/** Why a destination needs attention. */
export interface DestinationTrouble {
  /** Slack's code, or one of ours: `channel_deleted`, `app_left`. */
  code: string;
  /** A sentence for people. */
  reason: string;
  remedy: string;
}

/** Moments are milliseconds since 1970, by the clock of whoever said it; −∞ while nothing was said. */
export interface KnownDestination {
  id: string;
  kind: DestinationKind;
  /** `#name` or `@name`, the last one that is known. */
  name?: string;
  /** Read by another company as well; undefined while nobody knows. */
  isShared?: boolean;
  /** undefined = healthy. */
  trouble?: DestinationTrouble;
  /** Since when it is as healthy as it is. */
  since: number;
  healthAt: number;
  nameAt: number;
  sharedAt: number;
}

/** What somebody says of a destination. */
export type DestinationNews = { at: number } & (
  | { kind: 'posted' }
  | ({ kind: 'refused' } & DestinationTrouble)
  | { kind: 'renamed'; name: string }
  | { kind: 'archived' | 'unarchived' | 'deleted' | 'joined' | 'shared' | 'unshared' }
  /** Our app left. @param canStillPost the channel is public, and the app may post to those that it is not in */
  | { kind: 'left'; canStillPost: boolean }
  /** As the workspace lists it. */
  | { kind: 'seen'; name: string; isShared: boolean; isArchived: boolean; canPost: boolean }
  /** The workspace does not have it, as far as the app can see. */
  | { kind: 'gone' }
  | { kind: 'deactivated' }
);

export interface Heard {
  now: KnownDestination;
  /** What people and workflows are told; none when it was known and is only confirmed. */
  changes: readonly DestinationChange[];
}

const CHOOSE = 'choose another destination.';
const TROUBLES = {
  archived: { code: 'is_archived', reason: 'The channel is archived.', remedy: `Unarchive the channel in Slack and send again what failed, or ${CHOOSE}` },
  deleted: { code: 'channel_deleted', reason: 'The channel was deleted in Slack.', remedy: 'Choose another destination; a deleted channel does not come back.' },
  left: { code: 'app_left', reason: 'The app was removed from the channel and may not post to it any more.', remedy: `Invite the app to the channel with /invite, or ${CHOOSE}` },
  outside: { code: 'not_in_channel', reason: 'The app is not in the channel and may not post to channels that it is not in.', remedy: `Invite the app to the channel with /invite, or ${CHOOSE}` },
  gone: { code: 'channel_not_found', reason: 'The channel does not exist any more, or it is private and the app is not in it.', remedy: `If it is private, invite the app to it with /invite, or ${CHOOSE} A private channel that became shared with another company has a new id: choose it again.` },
  noPerson: { code: 'user_not_found', reason: 'The person was not found in the workspace.', remedy: `Choose another person, or a channel.` },
  deactivated: { code: 'user_disabled', reason: 'The person’s account is deactivated.', remedy: 'Choose another person, or a channel.' },
} as const satisfies Record<string, DestinationTrouble>;

const ARCHIVED: readonly string[] = ['is_archived', 'is_inactive'];
/** The app cannot get in: it ends when the app joins. */
const NO_ACCESS: readonly string[] = ['channel_not_found', 'not_in_channel', 'app_left', 'user_not_in_channel', 'channel_is_limited_access'];
const LOST: readonly string[] = [...NO_ACCESS, 'channel_deleted'];
const PERSON_AWAY: readonly string[] = ['user_disabled', 'user_not_found', 'users_not_found', 'missing_user', 'user_not_visible'];
/** Troubles that the workspace's list of channels or people shows to be over. */
const LISTED: readonly string[] = [...ARCHIVED, ...LOST, ...PERSON_AWAY];
/** Codes that speak of the destination itself, not of one message, one thread or the app. */
const OF_DESTINATION: readonly string[] = [...LISTED, 'cannot_dm_bot', 'restricted_action', 'restricted_action_read_only_channel', 'restricted_action_thread_only_channel'];

/** Whether a delivery that failed with this code says that its destination needs attention. */
export function speaksOfDestination(code: string): boolean {
  return OF_DESTINATION.includes(code);
}

/**
 * What `news` makes of what is known.
 * @returns undefined when it is older than what it speaks about
 */
export function hearOfDestination(known: KnownDestination, news: DestinationNews): Heard | undefined {
  switch (news.kind) {
    case 'renamed':
      return renamed(known, news.name, news.at);
    case 'shared':
    case 'unshared':
      return shared(known, news.kind === 'shared', news.at, true);
    case 'seen':
      return seen(known, news);
    default:
      return judged(known, troubleAfter(known, news), news.at);
  }
}

function renamed(known: KnownDestination, name: string, at: number): Heard | undefined {
  if (at < known.nameAt) return undefined;
  return { now: { ...known, name, nameAt: at }, changes: known.name === undefined || known.name === name ? [] : ['renamed'] };
}

/** @param isEvent it happened now; a list only says how it is, which is no change to somebody who did not know */
function shared(known: KnownDestination, isShared: boolean, at: number, isEvent: boolean): Heard | undefined {
  if (at < known.sharedAt) return undefined;
  const isChange = known.isShared === undefined ? isEvent : known.isShared !== isShared;
  return { now: { ...known, isShared, sharedAt: at }, changes: isChange ? [isShared ? 'shared' : 'unshared'] : [] };
}

function seen(known: KnownDestination, news: DestinationNews & { kind: 'seen' }): Heard | undefined {
  const steps = [
    (before: KnownDestination) => renamed(before, news.name, news.at),
    (before: KnownDestination) => shared(before, news.isShared, news.at, false),
    (before: KnownDestination) => judged(before, troubleAfter(before, news), news.at),
  ];
  let heard: Heard | undefined;
  for (const step of steps) {
    const next = step(heard?.now ?? known);
    if (next) heard = { now: next.now, changes: [...(heard?.changes ?? []), ...next.changes] };
  }
  return heard;
}

function judged(known: KnownDestination, trouble: DestinationTrouble | undefined, at: number): Heard | undefined {
  if (at < known.healthAt) return undefined;
  const { trouble: before, ...rest } = known;
  if (before?.code === trouble?.code) return { now: { ...known, healthAt: at }, changes: [] };
  const now = { ...rest, healthAt: at, since: before && trouble ? known.since : at, ...(trouble && { trouble }) };
  return { now, changes: [trouble === undefined ? 'recovered' : ARCHIVED.includes(trouble.code) ? 'archived' : 'lost'] };
}

type OfHealth = Exclude<DestinationNews, { kind: 'renamed' | 'shared' | 'unshared' }>;

/** The trouble that is left, or begins; the same one when the news does not touch it or says only less of it. */
function troubleAfter({ kind, trouble }: KnownDestination, news: OfHealth): DestinationTrouble | undefined {
  switch (news.kind) {
    case 'posted':
      return undefined;
    case 'refused':
      return unlessKnown(trouble, { code: news.code, reason: news.reason, remedy: news.remedy });
    case 'gone':
      return unlessKnown(trouble, kind === 'user' ? TROUBLES.noPerson : TROUBLES.gone);
    case 'archived':
    case 'deleted':
    case 'deactivated':
      return TROUBLES[news.kind];
    case 'unarchived':
      return without(trouble, ARCHIVED);
    case 'joined':
      return without(trouble, NO_ACCESS);
    case 'left':
      return news.canStillPost ? trouble : TROUBLES.left;
    case 'seen':
      return whenSeen(trouble, news);
  }
}

function whenSeen(trouble: DestinationTrouble | undefined, { isArchived, canPost }: { isArchived: boolean; canPost: boolean }): DestinationTrouble | undefined {
  if (isArchived) return unlessKnown(trouble, TROUBLES.archived);
  if (!canPost) return unlessKnown(trouble, TROUBLES.outside);
  return without(trouble, LISTED);
}

/** What is known may say more than a refusal of the same kind: a deleted channel is only "not found" to whoever posts. */
function unlessKnown(trouble: DestinationTrouble | undefined, told: DestinationTrouble): DestinationTrouble {
  const isSameKind = trouble && [ARCHIVED, LOST, PERSON_AWAY].some((codes) => codes.includes(trouble.code) && codes.includes(told.code));
  return isSameKind ? trouble : told;
}

function without(trouble: DestinationTrouble | undefined, codes: readonly string[]): DestinationTrouble | undefined {
  return trouble && codes.includes(trouble.code) ? undefined : trouble;
}
