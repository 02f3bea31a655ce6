/** Records commands in their lanes, each once however often it comes, and counts them. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { SendToSlack } from '@tocsin/contracts';
import { destinationKey, kindOfDestinationId, PRIORITY } from '@tocsin/domain';
import { failPoint, Outbox } from '@tocsin/platform';

import { foldKeyOf } from './fold-key.js';

const DEFAULT_LIFE_HOURS = 24;
const CLOCK_TOLERANCE_MINUTES = 5;
const SHOWN_ISSUES = 100;

export interface Arrival {
  command: SendToSlack;
  /** When its producer said it: CloudEvents `time`. */
  saidAt: Date;
  replayOf?: string;
  /** The person behind a `D…` destination, whose lane it shares. */
  person?: string;
  /** What it is to its reader; a message unless said otherwise. */
  kind?: 'message' | 'reply' | 'digest';
  /** The message in whose thread it goes. */
  parent?: { channel: string; ts: string };
  /** It is not sent before this time has passed. */
  waitMs?: number;
}

interface Inserted {
  organization_id: string;
  delivery_id: string;
  lane_id: string;
}

@Injectable()
export class ArrivalRepository {
  constructor(private readonly outbox: Outbox) {}

  /** @returns the ids of the deliveries that were new */
  async ingest(arrivals: readonly Arrival[]): Promise<string[]> {
    const recorded = await this.outbox.transaction(async (tx) => {
      const inserted = await this.ingestWithin(tx, arrivals);
      failPoint('arrival.commit', 'before');
      return inserted;
    });
    failPoint('arrival.commit');
    return recorded;
  }

  /** {@link ingest} within the caller's transaction. Lanes are locked in the order of their ids before anything enters them. */
  async ingestWithin(tx: EntityManager, arrivals: readonly Arrival[]): Promise<string[]> {
    const rows = JSON.stringify(arrivals.map(toRow));
    await tx.query(`insert into connections (connection_id) select distinct r->>'connectionId' from jsonb_array_elements($1::jsonb) r order by 1 on conflict do nothing`, [rows]);
    await tx.query(
      `update connections set state = 'unknown', asked_at = null where state = 'not_found' and connection_id in
         (select r->>'connectionId' from jsonb_array_elements($1::jsonb) r order by 1)`,
      [rows],
    );
    await tx.query(
      `insert into lanes (organization_id, connection_id, destination_key, provisional)
       select distinct r->>'organizationId', r->>'connectionId', r->>'destinationKey', (r->>'provisional')::boolean from jsonb_array_elements($1::jsonb) r
       order by 1, 2, 3 on conflict do nothing`,
      [rows],
    );
    await tx.query(
      `select 1 from lanes where (organization_id, connection_id, destination_key) in
         (select r->>'organizationId', r->>'connectionId', r->>'destinationKey' from jsonb_array_elements($1::jsonb) r)
       order by lane_id for update`,
      [rows],
    );
    const inserted = await tx.query<Inserted[]>(INSERT_DELIVERIES, [rows]);
    if (inserted.length > 0) await countAndWake(tx, inserted);
    return inserted.map((row) => row.delivery_id);
  }
}

async function countAndWake(tx: EntityManager, inserted: readonly Inserted[]): Promise<void> {
  const ids = JSON.stringify(inserted);
  await tx.query(
    `insert into timeline (organization_id, delivery_id, kind, text)
     select d.organization_id, d.delivery_id, 'accepted', 'Accepted and put in line' from jsonb_to_recordset($1::jsonb) d (organization_id text, delivery_id text)`,
    [ids],
  );
  await tx.query(
    `insert into accepted_counts (organization_id, accepted)
     select d.organization_id, count(*) from jsonb_to_recordset($1::jsonb) d (organization_id text) group by 1 order by 1
     on conflict (organization_id) do update set accepted = accepted_counts.accepted + excluded.accepted`,
    [ids],
  );
  await tx.query(
    `update lanes set active = true, due_since = case when active then due_since else clock_timestamp() end
     where lane_id in (select d.lane_id from jsonb_to_recordset($1::jsonb) d (lane_id bigint))`,
    [ids],
  );
}

function toRow({ command, saidAt, replayOf, person, kind = 'message', parent, waitMs }: Arrival): object {
  const destination = person === undefined ? command.destination : { id: person };
  const id = 'id' in destination ? destination.id : undefined;
  return {
    organizationId: command.organizationId,
    deliveryId: command.commandId,
    connectionId: command.connectionId,
    destinationKey: destinationKey(destination),
    provisional: id === undefined,
    priority: command.priority ?? priorityOf(command),
    saidAt: saidAt.toISOString(),
    expiresAt: command.expiresAt,
    command,
    destination,
    destinationId: id,
    destinationKind: id === undefined ? undefined : kindOfDestinationId(id),
    destinationName: 'name' in destination ? destination.name : 'email' in destination ? destination.email : undefined,
    issueIds: issueIdsOf(command),
    replayOf,
    kind,
    parentChannel: parent?.channel,
    parentTs: parent?.ts,
    waitMs,
    ...(kind === 'message' && replayOf === undefined && foldable(command)),
  };
}

/** What folding needs to know of a message without reading it. */
function foldable(command: SendToSlack): object | undefined {
  const foldKey = foldKeyOf(command);
  const [issue] = command.issues;
  return foldKey !== undefined && issue ? { foldKey, severity: issue.severity, category: issue.category } : undefined;
}

/** By hand before critical before other workflow messages before digests. */
function priorityOf({ source, issues }: SendToSlack): number {
  if (source.kind === 'manual' || source.kind === 'test') return PRIORITY.manual;
  if (source.kind === 'digest') return PRIORITY.digest;
  return issues.some((issue) => issue.severity === 'critical') ? PRIORITY.critical : PRIORITY.workflow;
}

function issueIdsOf({ issues, digest }: SendToSlack): string[] {
  const told = [...issues, ...(digest?.sections.flatMap((section) => section.issues) ?? [])];
  return [...new Set(told.map((issue) => issue.id))].slice(0, SHOWN_ISSUES);
}

/** `said_at` is clamped, so that a producer with a wrong clock can neither jump the line nor be stuck behind it. */
const INSERT_DELIVERIES = `
  insert into deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, command, destination,
                          destination_id, destination_kind, destination_name, issue_ids, replay_of, kind, parent_channel, parent_ts, not_before, fold_key, severity, category, held_since, created_at)
  select r->>'organizationId', r->>'deliveryId', l.lane_id, r->>'connectionId', (r->>'priority')::smallint,
         greatest(clock_timestamp() - interval '${CLOCK_TOLERANCE_MINUTES} minutes', least(clock_timestamp(), (r->>'saidAt')::timestamptz)),
         coalesce((r->>'expiresAt')::timestamptz, clock_timestamp() + interval '${DEFAULT_LIFE_HOURS} hours'),
         r->'command', r->'destination', r->>'destinationId', r->>'destinationKind', r->>'destinationName',
         array(select jsonb_array_elements_text(r->'issueIds')), r->>'replayOf', r->>'kind', r->>'parentChannel', r->>'parentTs',
         case when r ? 'waitMs' then clock_timestamp() + make_interval(secs => (r->>'waitMs')::float8 / 1000) else '-infinity' end, r->>'foldKey', r->>'severity', r->>'category',
         (select clock_timestamp() from pauses p where p.organization_id = r->>'organizationId' and p.workflow_id in ('', r->'command'->'source'->>'workflowId') limit 1), clock_timestamp()
  from jsonb_array_elements($1::jsonb) with ordinality as given (r, place)
  join lanes l on l.organization_id = r->>'organizationId' and l.connection_id = r->>'connectionId' and l.destination_key = r->>'destinationKey'
  where not exists (select 1 from retired_deliveries t where t.organization_id = r->>'organizationId' and t.delivery_id = r->>'deliveryId')
  order by given.place
  on conflict do nothing
  returning organization_id, delivery_id, lane_id`;
