/**
 * What a failed call to Slack means for us, in few families. `shaken` and `unsure` differ in the one thing that matters
 * for duplicates: whether the request can have been carried out. A code that nobody knows is refused for good, so it can
 * never be tried in a hot loop.
 */
import type { DeliveryError } from './delivery.js';
import { REMEDIES, SLACK_ERRORS, type SlackErrorKind } from './slack-error-codes.js';

/** Which part of the world has to change before a refused call can pass. */
export type RefusalKind = 'connection' | 'configuration' | 'target' | 'content' | 'unknown';

interface Told {
  /** Slack's error code, or a code of ours for what has none: `http_503`, `not_sent`, `no_answer`, `unreadable_answer`. */
  code: string;
  /** A sentence for people. */
  message: string;
  /** What a person can do. */
  remedy: string;
}

/** Too fast, or the workspace's quota is used up: certainly not carried out, try again after the pause. */
export interface Busy extends Told {
  family: 'busy';
  retryAfterSeconds: number;
  /** How much pauses: this method (and, for messages, this channel), or every message of the workspace. */
  covers: 'method' | 'workspace';
}

/** The request did not reach Slack, or Slack says that it did nothing: safe to try again. */
export interface Shaken extends Told {
  family: 'shaken';
}

/** The request may have been carried out: trying again may repeat it. */
export interface Unsure extends Told {
  family: 'unsure';
}

/** Slack said no; the same request will be refused again until somebody changes something. */
export interface Refused extends Told {
  family: 'refused';
  kind: RefusalKind;
  /** Scopes that `missing_scope` names. */
  needed?: string;
  provided?: string;
  /** What Slack says in detail, with JSON pointers into the message. */
  details?: readonly string[];
}

/** A defect of ours. */
export interface Bug extends Told {
  family: 'bug';
  /** What was thrown: for the log alone. */
  cause: unknown;
}

export type SlackFailure = Busy | Shaken | Unsure | Refused | Bug;

/** What Slack's answer holds beside its code. */
export interface SlackErrorDetails {
  needed?: string | undefined;
  provided?: string | undefined;
  retryAfterSeconds?: number | undefined;
  details?: readonly string[] | undefined;
}

/** Pause when Slack names none: at its edge a 429 may come without Retry-After. */
export const DEFAULT_RETRY_AFTER_SECONDS = 30;
const WORKSPACE_QUOTA_PAUSE_SECONDS = 3600;
/** What seems to be longer is a moment, or garbage: waiting for it would silence a destination for good. */
const LONGEST_PAUSE_SECONDS = 86_400;
const CODE = /^[a-z][a-z0-9_]{0,99}$/;

/**
 * The failure that an error code of Slack's stands for (`error` of an answer with `ok: false`). Something that is no
 * code at all, such as a proxy's page, is `unsure`: nobody knows who answered.
 */
export function failureOfCode(code: string, details: SlackErrorDetails = {}): SlackFailure {
  if (!CODE.test(code)) return unreadableAnswer();
  const known = Object.hasOwn(SLACK_ERRORS, code) ? SLACK_ERRORS[code] : undefined;
  const kind = known?.kind ?? kindByPrefix(code);
  const told = { code, message: known?.message ?? `Slack refused with the code ${code}, which Tocsin does not know.`, remedy: known?.remedy ?? REMEDIES.unknown };
  if (kind === 'busy' || kind === 'quota') return busy(told, kind, details.retryAfterSeconds);
  if (kind === 'shaken' || kind === 'unsure') return { family: kind, ...told };
  return refused(told, kind, details);
}

function kindByPrefix(code: string): SlackErrorKind | 'unknown' {
  return code.startsWith('restricted_action') || code.startsWith('slack_connect_') ? 'target' : 'unknown';
}

function busy(told: Told, kind: 'busy' | 'quota', retryAfterSeconds: number | undefined): Busy {
  const pause = kind === 'quota' ? Math.max(retryAfterSeconds ?? 0, WORKSPACE_QUOTA_PAUSE_SECONDS) : (retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS);
  return { family: 'busy', ...told, retryAfterSeconds: Math.min(pause, LONGEST_PAUSE_SECONDS), covers: kind === 'quota' ? 'workspace' : 'method' };
}

function refused(told: Told, kind: RefusalKind, { needed, provided, details }: SlackErrorDetails): Refused {
  const scopes = { ...(needed !== undefined && { needed }), ...(provided !== undefined && { provided }) };
  const named = told.code === 'missing_scope' && needed !== undefined ? { message: `The app was not granted the scope ${needed.split(',').join(' or ')}.` } : {};
  return { family: 'refused', kind, ...told, ...named, ...scopes, ...(details && details.length > 0 && { details }) };
}

/** Whether a call that ended with this code, of Slack's or of ours, may have done what was asked. */
export function mayHaveBeenDone(code: string): boolean {
  return code === 'no_answer' || code === 'unreadable_answer' || code.startsWith('http_') || failureOfCode(code).family === 'unsure';
}

/** HTTP status that is neither 200 nor 429: somewhere on the way, and maybe after the work was done. */
export function failureOfStatus(status: number): Unsure {
  return { family: 'unsure', code: `http_${status}`, message: `Slack, or something between us and Slack, answered HTTP ${status}.`, remedy: REMEDIES.wait };
}

/** HTTP 429. @param retryAfterSeconds as the header says, undefined when it is missing or not a number */
export function tooFast(retryAfterSeconds: number | undefined): SlackFailure {
  return failureOfCode('ratelimited', { retryAfterSeconds });
}

/** The request was never written to the network: name not found, refused, TLS not agreed, no free connection in time. */
export function notSent(reason: string): Shaken {
  return { family: 'shaken', code: 'not_sent', message: `Slack could not be reached (${reason}).`, remedy: REMEDIES.network };
}

/** The request was written and no complete answer came back. */
export function noAnswer(reason: string): Unsure {
  return { family: 'unsure', code: 'no_answer', message: `Slack did not answer (${reason}); it may have done what was asked.`, remedy: REMEDIES.wait };
}

/** An answer came that is not Slack's: no JSON, or without what Slack always says. */
export function unreadableAnswer(): Unsure {
  return { family: 'unsure', code: 'unreadable_answer', message: 'An answer came that is not in the form of Slack’s; a proxy may have sent it.', remedy: REMEDIES.network };
}

/** Our own code failed before or after the call. */
export function defect(cause: unknown): Bug {
  return { family: 'bug', code: 'internal', message: `Tocsin failed: ${cause instanceof Error ? cause.name : 'unknown error'}`, remedy: REMEDIES.report, cause };
}

/**
 * Whether the failure speaks against the credential itself, so that the connection's other messages would be refused
 * too: the token is dead, or it may not send messages at all. Other missing scopes fail only what needed them.
 */
export function stopsConnection(failure: SlackFailure): boolean {
  if (failure.family !== 'refused') return false;
  if (failure.kind === 'connection') return true;
  return failure.code === 'missing_scope' && (failure.needed ?? '').split(',').includes('chat:write');
}

/** Whether Slack's code says that a token is dead; such a code is worth a look at the connection. */
export function saysTokenIsDead(code: string): boolean {
  return Object.hasOwn(SLACK_ERRORS, code) && SLACK_ERRORS[code]?.kind === 'connection';
}

/** Remedies for channels; Slack answers with their codes also when a message was for a person. */
const OF_CHANNELS: readonly string[] = [REMEDIES.chooseChannel, REMEDIES.invite, REMEDIES.unarchive];

/** An error as it is told where the message was for a person: nobody can invite the app to one. */
export function asToldOfPerson({ code, message, remedy }: DeliveryError): DeliveryError {
  if (!OF_CHANNELS.includes(remedy)) return { code, message, remedy };
  return { code, message: code === 'channel_not_found' ? 'The person was not found in the workspace.' : message, remedy: REMEDIES.choosePerson };
}
