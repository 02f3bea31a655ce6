/** A delivery's row as the API and `delivery.settled.v1` show it. */
import type { Delivery, SendToSlack, TimelineEntry } from '@tocsin/contracts';
import type { DeliveryError, DeliverySource, DeliveryState, Destination } from '@tocsin/domain';
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
  /** What people paused, while it is held for that. */
  paused: { by: string; workflow: boolean } | null;
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
    `case when ${d}.held_since is not null then (
      select jsonb_build_object('by', paused_by, 'workflow', p.workflow_id <> '') from pauses p
      where p.organization_id = ${d}.organization_id and p.workflow_id in ('', coalesce(${d}.workflow_id, '')) order by p.workflow_id limit 1) end as paused`,
  ].join(', ');
}

/** As {@link DELIVERY_COLUMNS}, of deliveries that do not wait: what holds those that do is left out. @param command as which column it is read */
export function UNHELD_COLUMNS(d: string, command: 'command' | 'event' = 'command'): string {
  return [...alwaysOf(d), `${d}.${command}`, 'null as connection_state', 'null as connection_reason', 'null::timestamptz as probe_at', 'null as paused'].join(', ');
}

function alwaysOf(d: string): string[] {
  return [
    ...OWN_COLUMNS.map((column) => `${d}.${column}`),
    `coalesce((select '#' || name from channels c where c.connection_id = ${d}.connection_id and c.channel_id = ${d}.destination_id),
      (select '@' || coalesce(nullif(display_name, ''), name) from people p where p.connection_id = ${d}.connection_id and p.user_id = ${d}.destination_id), ${d}.destination_name,
      (select name from destinations k where k.connection_id = ${d}.connection_id and k.destination_id = ${d}.destination_id and k.organization_id = ${d}.organization_id)) as destination_name`,
    ofConnection(d, `workspace->>'url'`, 'workspace_url'),
  ];
}

function ofConnection(d: string, expression: string, name: string): string {
  return `(select ${expression} from connections where connections.connection_id = ${d}.connection_id) as ${name}`;
}

const HELD_BY_CONNECTION: Record<string, string> = {
  unknown: 'the connection is being looked up',
  paused: 'sending is paused for this connection',
  revoked: 'Slack no longer accepts the credentials; re-connect the workspace',
  disconnected: 'the workspace is disconnected; it is held for a re-connection',
};

export function deliveryView(row: DeliveryRow, timeline?: TimelineEntry[]): Delivery {
  const source: DeliverySource = row.command.source;
  const waitingFor = waitingForOf(row);
  return {
    id: row.delivery_id,
    state: row.state,
    version: row.version,
    organizationId: row.organization_id,
    connectionId: row.connection_id,
    destination: {
      ...(row.destination_id !== null && { id: row.destination_id }),
      ...(row.destination_kind !== null && { kind: row.destination_kind }),
      ...(row.destination_name !== null && { name: row.destination_name }),
    },
    issueIds: row.issue_ids,
    issueCount: source.kind === 'digest' ? source.of : row.issue_ids.length,
    ...titleOf(row.command),
    priority: row.priority,
    attempts: row.attempts,
    source,
    ...(waitingFor && { waitingFor }),
    ...(row.digest_id !== null && { digestId: row.digest_id }),
    ...(row.replay_of !== null && { replayOf: row.replay_of }),
    ...(row.error !== null && { error: row.error }),
    ...(row.slack_channel !== null && row.slack_ts !== null && { slack: { channel: row.slack_channel, ts: row.slack_ts, permalink: permalink(row.workspace_url ?? 'https://slack.com', row.slack_channel, row.slack_ts) } }),
    createdAt: row.created_at.toISOString(),
    ...(row.settled_at !== null && { settledAt: row.settled_at.toISOString() }),
    ...(timeline && { timeline }),
  };
}

function titleOf({ digest, issues }: SendToSlack): { title?: string } {
  const title = digest?.title ?? issues[0]?.title;
  return title === undefined ? {} : { title };
}

function waitingForOf(row: DeliveryRow): { reason: string; until?: string } | undefined {
  if (row.state !== 'waiting') return undefined;
  if (row.paused !== null) return { reason: `sending ${row.paused.workflow ? 'for its workflow ' : ''}was paused by ${row.paused.by}` };
  const held = HELD_BY_CONNECTION[row.connection_state ?? ''];
  if (held !== undefined) return { reason: row.connection_state === 'revoked' && row.connection_reason !== null ? `${held} (${row.connection_reason})` : held };
  if (row.probe_at !== null) return { reason: 'Slack does not answer; one message at a time finds out whether it does again', until: row.probe_at.toISOString() };
  return row.waiting_for ?? { reason: 'its turn' };
}
