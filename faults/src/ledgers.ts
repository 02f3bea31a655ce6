/**
 * The four ledgers, each kept by somebody else: what was accepted (by whoever was told 202 or got the broker's confirm), the
 * commands in issues, the deliveries in notifier, the messages in Slack. Read from the databases and the sandbox themselves.
 */
import type { Sandbox } from './system/sandbox.js';

/** A promise that was given. */
export interface Accepted {
  id: string;
  organizationId: string;
  connectionId: string;
  channel: string;
}

/** A row of issues' commands. */
export interface CommandFact {
  id: string;
  state: string;
}

/** A row of notifier's deliveries. */
export interface DeliveryFact {
  id: string;
  organizationId: string;
  state: string;
  /** `message`; `digest` and `reply` are notifier's own. */
  kind: string;
  source: string;
  laneId: string;
  channel: string;
  priority: number;
  /** Microseconds. */
  saidAt: number;
  arrival: number;
  /** Milliseconds: since when it was in line, and when it was taken last. */
  recordedAt: number;
  claimedAt: number;
  ambiguous: number;
  digestId?: string;
  /** What it sends again. */
  replayOf?: string;
  slackTs?: string;
  errorCode?: string;
}

/** A message in Slack. */
export interface PostFact {
  /** Undefined when it says of no delivery that it is its message. */
  id?: string;
  channel: string;
  ts: string;
  /** Says of itself that it may repeat an earlier one. */
  marked: boolean;
}

export interface LaneFact {
  laneId: string;
  active: boolean;
  provisional: boolean;
  leased: boolean;
}

export interface Facts {
  accepted: readonly Accepted[];
  commands: readonly CommandFact[];
  deliveries: readonly DeliveryFact[];
  posts: readonly PostFact[];
  lanes: readonly LaneFact[];
  /** How many deliveries notifier counted when it recorded them. */
  counted: number;
  /** Rows in outboxes and messages in queues, by name; dead letters are of their own. */
  underway: Readonly<Record<string, number>>;
  deadLetters: Readonly<Record<string, number>>;
}

export type Query = <R extends object>(sql: string, values?: unknown[]) => Promise<R[]>;

interface DeliveryRow {
  row: { delivery_id: string; organization_id: string; state: string; kind?: string; lane_id: number; destination_id: string | null; priority: number; arrival: number; ambiguous: number; digest_id: string | null; replay_of: string | null; slack_ts: string | null; error: { code?: string } | null };
  source: string | null;
  said_at: string;
  recorded_at: number;
  claimed_at: number | null;
}

/** Notifier's ledger. */
export async function readDeliveries(query: Query): Promise<DeliveryFact[]> {
  const rows = await query<DeliveryRow>(
    `select to_jsonb(d) - '{command,event}'::text[] as row, d.source_kind as source, (extract(epoch from d.said_at) * 1e6)::bigint::text as said_at,
       (extract(epoch from d.created_at) * 1000)::float8 as recorded_at, (extract(epoch from d.claimed_at) * 1000)::float8 as claimed_at from notifier.ledger d`,
  );
  return rows.map(({ row, source, said_at, recorded_at, claimed_at }) => ({
    id: row.delivery_id, organizationId: row.organization_id, state: row.state, kind: row.kind ?? 'message', source: source ?? '', laneId: String(row.lane_id), channel: row.destination_id ?? '',
    priority: row.priority, saidAt: Number(said_at), arrival: row.arrival, recordedAt: recorded_at, claimedAt: claimed_at ?? 0, ambiguous: row.ambiguous,
    ...(row.digest_id !== null && { digestId: row.digest_id }), ...(row.replay_of !== null && { replayOf: row.replay_of }), ...(row.slack_ts !== null && { slackTs: row.slack_ts }), ...(row.error?.code !== undefined && { errorCode: row.error.code }),
  }));
}

export async function readLanes(query: Query): Promise<LaneFact[]> {
  return (await query<{ lane_id: string; active: boolean; provisional: boolean; leased: boolean }>(
    'select lane_id::text, active, provisional, leased_until > clock_timestamp() as leased from notifier.lanes',
  )).map(({ lane_id, ...lane }) => ({ laneId: lane_id, ...lane }));
}

/** The ledger of issues: only what was sent through it. */
export async function readCommands(query: Query): Promise<CommandFact[]> {
  return query<CommandFact>('select id::text, state from issues.commands');
}

export async function readCounted(query: Query): Promise<number> {
  const [row] = await query<{ counted: number }>('select coalesce(sum(accepted), 0)::float8 as counted from notifier.accepted_counts');
  return row?.counted ?? 0;
}

export async function readOutboxes(query: Query): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const schema of ['connector', 'issues', 'notifier']) {
    for (const table of ['outbox', 'outbox_dead']) {
      const [row] = await query<{ count: number }>(`select count(*)::int as count from ${schema}.${table}`);
      counts[`${schema}.${table}`] = row?.count ?? 0;
    }
  }
  return counts;
}

/** Dead letters that services have collected, by queue. */
export async function readDeadLetters(query: Query): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const schema of ['connector', 'issues', 'notifier']) {
    for (const { queue, count } of await query<{ queue: string; count: number }>(`select queue, count(*)::int as count from ${schema}.dead_letters group by queue`)) counts[queue] = count;
  }
  return counts;
}

/** Slack's ledger. */
export async function readPosts(sandbox: Sandbox): Promise<PostFact[]> {
  return (await sandbox.messages()).map(({ channel, ts, metadata, blocks, attachments }) => {
    const id = metadata?.event_payload?.delivery_id;
    return { channel, ts, marked: /may repeat/i.test(JSON.stringify([blocks, attachments])), ...(id !== undefined && { id }) };
  });
}
