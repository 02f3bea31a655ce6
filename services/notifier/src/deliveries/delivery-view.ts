/** A delivery's row as the API and `delivery.settled.v1` show it. */
import type { Delivery, SendToSlack, TimelineEntry } from '@tocsin/contracts';
import { asToldOfPerson, type DeliveryError, type DeliverySource, type DeliveryState, type Destination } from '@tocsin/domain';
import { permalink } from '@tocsin/slack';

import type { KeptCommand } from '../living/told.js';

export interface DeliveryRow {
  organization_id: string;
  delivery_id: string;
  lane_id: string;
  connection_id: string;
  state: DeliveryState;
  version: number;
  priority: number;
  attempts: number;
  attempt: number;
  ambiguous: number;
  /** A reply goes into the thread of another message, a digest stands for others. */
  kind: 'message' | 'reply' | 'digest';
  command: KeptCommand;
  issue_ids: string[];
  destination: Destination;
  destination_id: string | null;
  destination_kind: 'channel' | 'user' | null;
  destination_name: string | null;
  waiting_for: { reason: string; until?: string } | null;
  error: DeliveryError | null;
  slack_channel: string | null;
  slack_ts: string | null;
  digest_id: string | null;
  replay_of: string | null;
  created_at: Date;
  settled_at: Date | null;
  workspace_url: string | null;
  connection_state: string | null;
  connection_reason: string | null;
  /** When the next probe may go, while a breaker holds it. */
  probe_at: Date | null;
  /** Until when Slack lets its workspace send nothing, while that is so. */
  blocked_until: Date | null;
  /** When its lane may send again, where that is later than now and known. */
  turn_at: Date | null;
  /** Who paused what, while it waits by itself. */
  paused: { by: string; workflow: boolean } | null;
}

/** What a delivery's view says of its command. */
export interface CommandHead {
  source: DeliverySource;
  title: string | undefined;
}

/** What a delivery is from the beginning, as far as its view shows it. */
export type Standing = Pick<DeliveryRow, 'organization_id' | 'delivery_id' | 'connection_id' | 'destination_id' | 'destination_kind' | 'destination_name' | 'issue_ids' | 'priority' | 'digest_id' | 'replay_of' | 'created_at' | 'workspace_url'>;

/** What has become of it. */
type Progress = Pick<DeliveryRow, 'state' | 'version' | 'attempts' | 'error' | 'slack_channel' | 'slack_ts' | 'settled_at'>;

/** What lists show of a command without reading the rest of it. */
export function headOf({ source, digest, issues }: SendToSlack): CommandHead {
  return { source, title: digest?.title ?? issues[0]?.title };
}

const OWN_COLUMNS = [
  'organization_id', 'delivery_id', 'lane_id', 'connection_id', 'state', 'version', 'priority', 'attempts', 'attempt', 'ambiguous', 'kind', 'issue_ids', 'destination', 'destination_id',
  'destination_kind', 'waiting_for', 'error', 'slack_channel', 'slack_ts', 'digest_id', 'replay_of', 'created_at', 'settled_at',
];

/** Select list of a {@link DeliveryRow} for the alias `d` of the view `ledger`. */
export function DELIVERY_COLUMNS(d: string): string {
  return [
    ...alwaysOf(d),
    `${d}.command`,
    ofConnection(d, 'state', 'connection_state'),
    ofConnection(d, 'reason', 'connection_reason'),
    `(select max(probe_at) from breakers where is_open and breaker_key in ('slack', ${d}.connection_id)) as probe_at`,
    whileWaiting(d, `select b.blocked_until from connections c join budgets b using (budget_key) where c.connection_id = ${d}.connection_id and b.blocked_until > clock_timestamp()`, 'blocked_until'),
    whileWaiting(d, `select l.next_at from lanes l where l.lane_id = ${d}.lane_id and l.next_at > clock_timestamp() and l.next_at < 'infinity'`, 'turn_at'),
    `case when ${d}.state = 'waiting' and ${d}.digest_id is null then (
      select jsonb_build_object('by', paused_by, 'workflow', p.workflow_id <> '') from pauses p
      where p.organization_id = ${d}.organization_id and p.workflow_id in ('', coalesce(${d}.workflow_id, '')) order by p.workflow_id limit 1) end as paused`,
  ].join(', ');
}

/** As {@link DELIVERY_COLUMNS}, of deliveries that do not wait: what holds those that do is left out. */
export function UNHELD_COLUMNS(d: string): string {
  const moments = ['probe_at', 'blocked_until', 'turn_at'].map((name) => `null::timestamptz as ${name}`);
  return [...alwaysOf(d), `${d}.command`, 'null as connection_state', 'null as connection_reason', ...moments, 'null as paused'].join(', ');
}

/** Of how its destination is called, and where its workspace is. @param also a further condition for names from the copy of its workspace */
export function NAMING_COLUMNS(d: string, also = ''): string {
  return `coalesce((select '#' || name from channels c where c.connection_id = ${d}.connection_id and c.channel_id = ${d}.destination_id${also}),
      (select '@' || coalesce(nullif(display_name, ''), name) from people p where p.connection_id = ${d}.connection_id and p.user_id = ${d}.destination_id${also}), ${d}.destination_name,
      (select name from destinations k where k.connection_id = ${d}.connection_id and k.destination_id = ${d}.destination_id and k.organization_id = ${d}.organization_id)) as destination_name,
    ${ofConnection(d, `workspace->>'url'`, 'workspace_url')}`;
}

function alwaysOf(d: string): string[] {
  return [...OWN_COLUMNS.map((column) => `${d}.${column}`), VIEWED_NAMING(d)];
}

/** As {@link NAMING_COLUMNS}, for people: a command may have named a connection before it was known whose that is, and another's channels are not named. */
export function VIEWED_NAMING(d: string): string {
  return NAMING_COLUMNS(d, ` and exists (select 1 from connections o where o.connection_id = ${d}.connection_id and o.organization_id = ${d}.organization_id)`);
}

function ofConnection(d: string, expression: string, name: string): string {
  return `(select ${expression} from connections where connections.connection_id = ${d}.connection_id) as ${name}`;
}

function whileWaiting(d: string, query: string, name: string): string {
  return `case when ${d}.state = 'waiting' then (${query}) end as ${name}`;
}

const HELD_BY_CONNECTION: Record<string, string> = {
  unknown: 'the connection is being looked up',
  paused: 'sending is paused for this connection',
  revoked: 'Slack no longer accepts the credentials; re-connect the workspace',
  disconnected: 'the workspace is disconnected; it is held for a re-connection',
};

/** What keeps the messages of a connection in this state waiting; undefined when nothing does. */
export function heldByConnection(state: string | null, reason: string | null): string | undefined {
  const held = HELD_BY_CONNECTION[state ?? ''];
  return held !== undefined && state === 'revoked' && reason !== null ? `${held} (${reason})` : held;
}

/** @param timeline its entries, oldest first; left out in lists */
export function deliveryView(row: DeliveryRow, timeline?: TimelineEntry[]): Delivery {
  const view = viewOf(row, headOf(row.command), row);
  if (row.state === 'waiting') view.waitingFor = waitingForOf(row);
  if (timeline) view.timeline = timeline;
  return view;
}

/** The view of one that does not wait, where its command is not at hand. Made for every message: hence no copies of parts. */
export function viewOf(row: Standing, { source, title }: CommandHead, now: Progress): Delivery {
  const destination: Delivery['destination'] = {};
  if (row.destination_id !== null) destination.id = row.destination_id;
  if (row.destination_kind !== null) destination.kind = row.destination_kind;
  if (row.destination_name !== null) destination.name = row.destination_name;
  const view: Delivery = {
    id: row.delivery_id,
    state: now.state,
    version: now.version,
    organizationId: row.organization_id,
    connectionId: row.connection_id,
    destination,
    issueIds: row.issue_ids,
    issueCount: source.kind === 'digest' ? source.of : row.issue_ids.length,
    priority: row.priority,
    attempts: now.attempts,
    source,
    createdAt: row.created_at.toISOString(),
  };
  if (title !== undefined) view.title = title;
  if (row.digest_id !== null) view.digestId = row.digest_id;
  if (row.replay_of !== null) view.replayOf = row.replay_of;
  if (now.error !== null) view.error = row.destination_kind === 'user' ? asToldOfPerson(now.error) : now.error;
  if (now.slack_channel !== null && now.slack_ts !== null) view.slack = { channel: now.slack_channel, ts: now.slack_ts, permalink: permalink(row.workspace_url ?? 'https://slack.com', now.slack_channel, now.slack_ts) };
  if (now.settled_at !== null) view.settledAt = now.settled_at.toISOString();
  return view;
}

function waitingForOf(row: DeliveryRow): NonNullable<Delivery['waitingFor']> {
  if (row.paused !== null) return { reason: `sending ${row.paused.workflow ? 'for its workflow ' : ''}was paused by ${row.paused.by}` };
  const held = heldByConnection(row.connection_state, row.connection_reason);
  if (held !== undefined) return { reason: held };
  if (row.probe_at !== null) return { reason: 'Slack does not answer; one message at a time finds out whether it does again', until: row.probe_at.toISOString() };
  if (row.blocked_until !== null) return waitingForWorkspace(row.blocked_until, row.waiting_for);
  return row.waiting_for ?? { reason: 'its turn', ...(row.turn_at !== null && { until: row.turn_at.toISOString() }) };
}

/** @param own what it waits for by itself, which may take longer */
function waitingForWorkspace(blockedUntil: Date, own: DeliveryRow['waiting_for']): NonNullable<Delivery['waitingFor']> {
  if (own?.until !== undefined && Date.parse(own.until) > blockedUntil.getTime()) return own;
  const reason = 'the workspace: Slack asked to wait';
  return { reason: own === null ? reason : `${reason} (${own.reason})`, until: blockedUntil.toISOString() };
}
