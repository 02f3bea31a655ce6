/** What happened to a connection, in words: an entry of the audit log as a sentence, with what stands behind it. */
import type { AuditEntry } from '@tocsin/contracts';
import { cleanLine, HEALTH_STATES, type HealthState } from '@tocsin/domain';

import { connectResult } from '../connectors/connect-result.js';
import { healthWord } from '../connectors/connection-words.js';

export interface ActivityWords {
  what: string;
  detail: string;
  tone: 'good' | 'bad' | 'wait' | 'plain';
}

type Told = Pick<AuditEntry, 'action' | 'before' | 'after'>;
type Known = (entry: Told) => Partial<ActivityWords> & Pick<ActivityWords, 'what'>;

const ACTIONS: Record<string, Known> = {
  'connection.connected': ({ after }) => ({ what: 'Connected', detail: methodOf(after), tone: 'good' }),
  'connection.reconnected': ({ after }) => ({ what: 'Connected again', detail: methodOf(after), tone: 'good' }),
  'connection.token_replaced': () => ({ what: 'Token replaced', tone: 'good' }),
  'connection.token_renewed': () => ({ what: 'Token renewed' }),
  'connection.verified': (entry) => ({ what: 'Checked by hand', ...healthNow(entry) }),
  'connection.checked': (entry) => ({ what: 'Checked, since Slack refused a message', ...healthNow(entry) }),
  'connection.details_changed': () => ({ what: 'Name or scopes brought up to date' }),
  'connection.health_changed': (entry) => ({ what: 'Health changed', ...healthNow(entry) }),
  'connection.paused': () => ({ what: 'Paused', detail: 'Messages wait until it is resumed.', tone: 'wait' }),
  'connection.resumed': () => ({ what: 'Resumed', tone: 'good' }),
  'connection.disconnected': () => ({ what: 'Disconnected', tone: 'bad' }),
  'connection.installation_ended': ({ after }) => ({ what: 'An attempt to connect again ended without success', detail: endOf(after), tone: 'bad' }),
  'test-message.sent': () => ({ what: 'Test message sent' }),
  'directory.sync-requested': () => ({ what: 'Channels & people asked for anew' }),
};

export function activityWords(entry: Told): ActivityWords {
  const known = Object.hasOwn(ACTIONS, entry.action) ? ACTIONS[entry.action] : undefined;
  return { detail: '', tone: 'plain', ...(known?.(entry) ?? { what: readable(entry.action) }) };
}

/** Who did it, as people say it. */
export function actorWords({ kind, id, name = id }: AuditEntry['actor']): string {
  if (kind === 'user') return cleanLine(name);
  return kind === 'key' ? `API key ${cleanLine(name)}` : id === 'slack' ? 'Slack' : 'Tocsin itself';
}

/** `connection.brand_new` is `Connection brand new`. */
function readable(action: string): string {
  const words = cleanLine(action).replace(/[._-]+/g, ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

const TONES: Record<HealthState, ActivityWords['tone']> = { connected: 'good', needs_attention: 'wait', revoked: 'bad' };

function healthNow({ before, after }: Told): Partial<ActivityWords> {
  const [from, to] = [healthOf(before), healthOf(after)];
  if (to === undefined) return {};
  const reason = textOf(after, 'reason');
  const change = from === undefined || from === to ? healthWord(to) : `${healthWord(from)} → ${healthWord(to)}`;
  return { detail: reason === undefined ? `${change}.` : `${change}: ${reason}`, tone: TONES[to] };
}

function healthOf(view: object | undefined): HealthState | undefined {
  const health = textOf(view, 'health');
  return HEALTH_STATES.find((state) => state === health);
}

function methodOf(view: object | undefined): string {
  const method = textOf(view, 'method');
  return method === 'oauth' ? 'By IDENTITY PROVIDER.' : method === 'token' ? 'By TOKEN.' : '';
}

function endOf(view: object | undefined): string {
  const end = connectResult(textOf(view, 'result') ?? null, textOf(view, 'slackError') ?? null);
  return end ? `${end.title}. ${end.why}` : '';
}

function textOf(view: object | undefined, name: string): string | undefined {
  const value = (view as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' && value !== '' ? cleanLine(value) : undefined;
}
