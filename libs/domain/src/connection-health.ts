/**
 * The health of a connection as a state machine: what was known and what was learnt go in, what is known now comes out.
 * `revoked` stops sending; `needs_attention` says that part of it does not work, or soon will not. Slack's answer to a
 * message only gives reason to ask: what counts is Slack's answer to our own check of the token, and its signed events.
 */
import type { HealthState } from './connection.js';
import { SLACK_SCOPES } from './scopes.js';
import { REMEDIES } from './slack-error-codes.js';
import { saysTokenIsDead, type SlackFailure } from './slack-failure.js';

export interface ConnectionHealth {
  state: HealthState;
  reason?: string;
  remedy?: string;
  /** RFC 3339; when the state or its reason began. */
  since: string;
}

/** What is known of a credential, as far as health follows from it. */
export interface CredentialFacts {
  /** Required scopes that it lacks. */
  missingScopes: readonly string[];
  /** RFC 3339; when the token ends, where it does and that is known. */
  tokenExpiresAt?: string | undefined;
  /** Why a token that ends is not renewed; undefined while it is, and for one that does not end. */
  renewalProblem?: RenewalProblem | undefined;
}

export interface RenewalProblem {
  message: string;
  remedy: string;
}

/** What the health of a connection follows from; the facts are those of its present credential. */
export interface HealthRecord extends CredentialFacts {
  health: ConnectionHealth;
  /** Grows with every credential: a verdict on an older one says nothing of the present one. */
  credentialVersion: number;
  /** RFC 3339; when Slack gave the present credential. */
  credentialSince: string;
  /** Slack's code in a refusal that its check of the token did not explain. */
  doubted?: string | undefined;
  /** How often in a row such a refusal came, times of trial between them included. */
  doubts: number;
}

/** Why Slack is asked about a token: somebody wants to know, it is time, or it refused a message with this code. */
export type CheckReason = { kind: 'person' } | { kind: 'clock' } | { kind: 'refusal'; code: string };

/** What can be learnt of a connection. */
export type HealthNews =
  /** auth.test accepted the token. */
  | { kind: 'accepted'; credentialVersion: number; missingScopes: readonly string[]; reason: CheckReason }
  /** auth.test failed; a Slack that is busy or away says nothing of the token. */
  | { kind: 'not_accepted'; credentialVersion: number; failure: SlackFailure }
  /** A signed event: the app was removed, or its token taken back, at this time (RFC 3339, whole seconds). */
  | { kind: 'removed'; event: RemovalEvent; at: string }
  /** The token ends, and is not renewed. */
  | { kind: 'not_renewed'; credentialVersion: number; problem: RenewalProblem }
  /** The time of a token is over. */
  | { kind: 'ended'; credentialVersion: number };

export type RemovalEvent = 'app_uninstalled' | 'tokens_revoked';

/** Refusals in a row that a check does not explain, before nothing more is sent for a while. */
const BELIEVED_DOUBTS = 2;
const REMOVED: Record<RemovalEvent, string> = {
  app_uninstalled: 'The app was removed from the workspace.',
  tokens_revoked: 'The app’s token was revoked in Slack.',
};
const LISTED_ADDRESSES = 'If the Slack app is allowed from listed network addresses only, add those of every server of Tocsin. Otherwise connect the workspace again.';

/** The health of a connection that got a credential which Slack accepts. @param now RFC 3339 */
export function healthOfCredential(before: ConnectionHealth | undefined, facts: CredentialFacts, now: string): ConnectionHealth {
  return begunAt(before, judge({ ...facts, doubts: 0 }, now), now);
}

/**
 * The record after the news; the very same object when the news changes nothing: it is stale, says nothing of the
 * credential, or is known.
 * @param now RFC 3339
 */
export function afterHealthNews(record: HealthRecord, news: HealthNews, now: string): HealthRecord {
  if (isStale(record, news)) return record;
  switch (news.kind) {
    case 'accepted':
      return afterAcceptance(record, news, now);
    case 'not_accepted':
      return afterRefusal(record, news.failure, now);
    case 'removed':
      return record.health.state === 'revoked' ? record : revoked(record, { reason: REMOVED[news.event], remedy: REMEDIES.reconnect }, now);
    case 'not_renewed':
      return afterRenewal({ ...record, renewalProblem: news.problem }, record, now);
    case 'ended':
      return afterRenewal(record, record, now);
  }
}

/** Slack tells whole seconds, so an event of the very second in which the credential came counts as later. */
function isStale({ credentialVersion, credentialSince }: HealthRecord, news: HealthNews): boolean {
  if (news.kind !== 'removed') return news.credentialVersion !== credentialVersion;
  return Date.parse(news.at) + 1000 <= Date.parse(credentialSince);
}

function afterAcceptance(record: HealthRecord, { missingScopes, reason }: Extract<HealthNews, { kind: 'accepted' }>, now: string): HealthRecord {
  if (reason.kind === 'refusal') return judged({ ...record, missingScopes, ...doubtedOnceMore(record, reason.code, missingScopes) }, record, now);
  // What was stopped for its doubts is tried again first: the next refusal stops it for longer, silence ends the doubt.
  const isTrial = reason.kind === 'clock' && record.doubts > 0 && record.health.state === 'revoked';
  const doubts = isTrial ? { doubted: record.doubted, doubts: record.doubts } : NO_DOUBTS;
  return judged({ ...record, missingScopes, ...doubts }, record, now, isTrial);
}

const NO_DOUBTS = { doubted: undefined, doubts: 0 } as const;

/** Codes that speak of something else than the token or its right to post leave the doubts as they are. */
function doubtedOnceMore({ doubted, doubts }: HealthRecord, code: string, missingScopes: readonly string[]): Pick<HealthRecord, 'doubted' | 'doubts'> {
  if (code === 'missing_scope' && missingScopes.includes('chat:write')) return NO_DOUBTS;
  return code === 'missing_scope' || saysTokenIsDead(code) ? { doubted: code, doubts: doubts + 1 } : { doubted, doubts };
}

/** Only a refusal of the credential itself stops sending; it stays as it was told first while the remedy is the same. */
function afterRefusal(record: HealthRecord, failure: SlackFailure, now: string): HealthRecord {
  if (failure.family !== 'refused') return record;
  const { state, remedy } = record.health;
  if (failure.kind === 'connection') {
    const isKnown = state === 'revoked' && record.doubts === 0 && remedy === failure.remedy;
    return isKnown ? record : revoked(record, { reason: failure.message, remedy: failure.remedy }, now);
  }
  if (state === 'revoked') return record;
  return settled(record, { ...record, health: begunAt(record.health, { state: 'needs_attention', reason: `Slack did not let the token be checked. ${failure.message}`, remedy: failure.remedy }, now) });
}

/** What Slack said against the token itself weighs more. */
function afterRenewal(wanted: HealthRecord, before: HealthRecord, now: string): HealthRecord {
  return before.health.state === 'revoked' ? settled(before, wanted) : judged(wanted, before, now);
}

function revoked(record: HealthRecord, told: { reason: string; remedy: string }, now: string): HealthRecord {
  return settled(record, { ...record, ...NO_DOUBTS, health: begunAt(record.health, { state: 'revoked', ...told }, now) });
}

function judged(wanted: HealthRecord, before: HealthRecord, now: string, isTrial = false): HealthRecord {
  return settled(before, { ...wanted, health: begunAt(before.health, judge(wanted, now, isTrial), now) });
}

type Judged = Omit<ConnectionHealth, 'since'>;

/** The worst comes first: without chat:write not one message can be sent, which is as good as no token. */
function judge(known: CredentialFacts & Pick<HealthRecord, 'doubted' | 'doubts'>, now: string, isTrial = false): Judged {
  const { missingScopes, doubted, doubts } = known;
  const ending = endOf(known, now);
  if (missingScopes.includes('chat:write')) return lacking('revoked', missingScopes);
  if (ending?.state === 'revoked') return ending;
  if (doubted !== undefined && doubts >= BELIEVED_DOUBTS && !isTrial) return inDoubt('revoked', doubted);
  if (ending) return ending;
  if (missingScopes.length > 0) return lacking('needs_attention', missingScopes);
  return doubted === undefined ? { state: 'connected' } : inDoubt('needs_attention', doubted);
}

/** A token that ends and is not renewed: first a warning, then as good as none. */
function endOf({ tokenExpiresAt, renewalProblem }: CredentialFacts, now: string): Judged | undefined {
  if (renewalProblem === undefined) return undefined;
  const { message, remedy } = renewalProblem;
  if (tokenExpiresAt === undefined) return { state: 'needs_attention', reason: message, remedy };
  if (Date.parse(tokenExpiresAt) <= Date.parse(now)) return { state: 'revoked', reason: `The token has expired. ${message}`, remedy };
  return { state: 'needs_attention', reason: `${message} It works until ${tokenExpiresAt}.`, remedy };
}

function lacking(state: HealthState, missingScopes: readonly string[]): Judged {
  const lost = SLACK_SCOPES.filter(({ name }) => missingScopes.includes(name)).map(({ without }) => without);
  return { state, reason: `The app was not granted ${missingScopes.join(', ')}: ${lost.join('; ')}.`, remedy: REMEDIES.reinstall };
}

function inDoubt(state: HealthState, code: string): Judged {
  return { state, reason: `Slack refused a message with the code ${code}, though it accepts the token.`, remedy: code === 'missing_scope' ? REMEDIES.reinstall : LISTED_ADDRESSES };
}

function begunAt(before: ConnectionHealth | undefined, found: Judged, now: string): ConnectionHealth {
  const isTheSame = before !== undefined && before.state === found.state && before.reason === found.reason && before.remedy === found.remedy;
  return isTheSame ? before : { ...found, since: now };
}

/** `before` itself when nothing differs from it. */
function settled(before: HealthRecord, after: HealthRecord): HealthRecord {
  const isTheSame = after.health === before.health && after.doubted === before.doubted && after.doubts === before.doubts
    && after.renewalProblem?.message === before.renewalProblem?.message && isSameList(after.missingScopes, before.missingScopes);
  return isTheSame ? before : after;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}
