/** What Slack's signed events say, as far as a connection is concerned. */

export type SlackEvent =
  | { kind: 'challenge'; challenge: string }
  /** The app is gone from the workspace; with `botUserIds` only for these bots. */
  | { kind: 'revoked'; eventId: string; at: Date; workspaceId: string; appId: string; reason: 'app_uninstalled' | 'tokens_revoked'; botUserIds?: readonly string[] }
  | { kind: 'ignored' };

interface Envelope {
  type?: unknown;
  challenge?: unknown;
  event_id?: unknown;
  event_time?: unknown;
  team_id?: unknown;
  api_app_id?: unknown;
  event?: { type?: unknown; tokens?: { bot?: unknown } };
}

/** @returns undefined when the body is no event of Slack's. @see https://docs.slack.dev/apis/events-api */
export function readSlackEvent(body: Buffer): SlackEvent | undefined {
  const envelope = parse(body);
  if (!envelope) return undefined;
  if (envelope.type === 'url_verification') return typeof envelope.challenge === 'string' ? { kind: 'challenge', challenge: envelope.challenge } : undefined;
  return envelope.type === 'event_callback' ? revocation(envelope) : { kind: 'ignored' };
}

function revocation({ event_id, event_time, team_id, api_app_id, event }: Envelope): SlackEvent | undefined {
  const reason = event?.type;
  if (reason !== 'app_uninstalled' && reason !== 'tokens_revoked') return { kind: 'ignored' };
  if (typeof event_id !== 'string' || typeof event_time !== 'number' || typeof team_id !== 'string' || typeof api_app_id !== 'string') return undefined;
  const revoked = { kind: 'revoked', eventId: event_id, at: new Date(event_time * 1000), workspaceId: team_id, appId: api_app_id, reason } as const;
  if (reason === 'app_uninstalled') return revoked;
  const bots = event?.tokens?.bot;
  return { ...revoked, botUserIds: Array.isArray(bots) ? bots.filter((id): id is string => typeof id === 'string') : [] };
}

function parse(body: Buffer): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
