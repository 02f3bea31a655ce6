/**
 * What Slack's signed events say, in words of our own: the envelope, and which of its contents concern us. Contents that
 * nobody knows, or that lack what their kind always has, are ignored: Slack adds kinds and fields as it likes.
 */
import type { RemovalEvent } from '@tocsin/domain';

import { readChannelEvent, type ChannelEvent } from './channel-event.js';
import { readPersonEvent, type PersonEvent } from './person-event.js';

export type SlackEvent =
  | { kind: 'challenge'; challenge: string }
  /** The app is gone from the workspace; with `botUserIds` only for these bots. */
  | ({ kind: 'revoked'; reason: RemovalEvent; botUserIds?: readonly string[] } & Occurrence)
  | ({ kind: 'channel' } & Occurrence & ChannelEvent)
  | ({ kind: 'person' } & Occurrence & PersonEvent)
  /** Slack keeps events back, since there were too many of the workspace in this minute. */
  | { kind: 'rate_limited'; workspaceId: string; minute: Date }
  /** `isOdd`: a kind that concerns us, though not in its form. */
  | { kind: 'ignored'; type: string; isOdd: boolean };

/** One event: Slack says it again with the same id until it was answered. */
export interface Occurrence {
  eventId: string;
  at: Date;
  /** The workspace where it happened, and those of installations that Slack tells it for. */
  workspaceIds: readonly string[];
  appId: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** @returns undefined when the body is no event of Slack's. @see https://docs.slack.dev/apis/events-api */
export function readSlackEvent(body: Buffer): SlackEvent | undefined {
  const envelope = parse(body);
  if (!envelope) return undefined;
  switch (envelope.type) {
    case 'url_verification':
      return typeof envelope.challenge === 'string' ? { kind: 'challenge', challenge: envelope.challenge } : undefined;
    case 'app_rate_limited':
      return rateLimited(envelope);
    case 'event_callback':
      return callback(envelope);
    default:
      return { kind: 'ignored', type: nameOf(envelope.type), isOdd: false };
  }
}

function rateLimited({ team_id: workspaceId, minute_rate_limited: minute }: Fields): SlackEvent {
  if (typeof workspaceId !== 'string' || typeof minute !== 'number') return { kind: 'ignored', type: 'app_rate_limited', isOdd: true };
  return { kind: 'rate_limited', workspaceId, minute: new Date(minute * 1000) };
}

function callback(envelope: Fields): SlackEvent | undefined {
  const event = fieldsOf(envelope.event);
  const occurrence = event && occurrenceOf(envelope, event);
  if (!occurrence) return undefined;
  const type = nameOf(event.type);
  if (type === 'app_uninstalled') return { kind: 'revoked', reason: type, ...occurrence };
  if (type === 'tokens_revoked') return { kind: 'revoked', reason: type, botUserIds: textsOf(fieldsOf(event.tokens)?.bot), ...occurrence };
  const channel = readChannelEvent(type, event);
  if (channel) return channel === 'odd' ? { kind: 'ignored', type, isOdd: true } : { kind: 'channel', ...channel, ...occurrence };
  const person = readPersonEvent(type, event);
  if (person) return person === 'odd' ? { kind: 'ignored', type, isOdd: true } : { kind: 'person', ...person, ...occurrence };
  return { kind: 'ignored', type, isOdd: false };
}

function occurrenceOf({ event_id: eventId, event_time: time, team_id: workspaceId, api_app_id: appId, authorizations }: Fields, event: Fields): Occurrence | undefined {
  const at = typeof time === 'number' ? momentOf(event.event_ts) ?? validDate(time * 1000) : undefined;
  if (typeof eventId !== 'string' || typeof workspaceId !== 'string' || typeof appId !== 'string' || !at) return undefined;
  const told = Array.isArray(authorizations) ? textsOf(authorizations.map((authorization) => fieldsOf(authorization)?.team_id)) : [];
  return { eventId, at, appId, workspaceIds: [...new Set([workspaceId, ...told])] };
}

/** `event_ts`, finer than the envelope's whole seconds: `1561064063.001100`. */
function momentOf(ts: unknown): Date | undefined {
  return typeof ts === 'string' && /^\d{1,12}\.\d{1,9}$/.test(ts) ? validDate(Math.floor(Number(ts) * 1000)) : undefined;
}

function validDate(ms: number): Date | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** For a log line. */
function nameOf(type: unknown): string {
  return typeof type === 'string' ? type.slice(0, 60) : 'unknown';
}

function textsOf(values: unknown): string[] {
  return Array.isArray(values) ? values.filter((value): value is string => typeof value === 'string') : [];
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

function parse(body: Buffer): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(body.toString('utf8')));
  } catch {
    return undefined;
  }
}
