/** The channels and people that messages of a connection go to, those that need attention first. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { UsedDestinationView } from '@tocsin/contracts';
import type { DestinationKind, DestinationTrouble } from '@tocsin/domain';
import { decodeCursor, toPage, type Page } from '@tocsin/platform';

export interface UsedDestinationFilter {
  state?: readonly ('healthy' | 'needs_attention')[];
  limit: number;
  cursor?: string;
}

interface UsedRow {
  destination_id: string;
  kind: DestinationKind;
  name: string | null;
  trouble: DestinationTrouble | null;
  since: Date;
  healthy: boolean;
  last_posted_at: Date | null;
  waiting: number;
}

/** Of the latest commands to a destination this many are looked through for one that was posted. */
const LATEST = 100;

@Injectable()
export class UsedDestinationsQuery {
  constructor(private readonly database: DataSource) {}

  async list(organizationId: string, connectionId: string, { state, limit, cursor }: UsedDestinationFilter): Promise<Page<UsedDestinationView>> {
    const [healthy, id] = decodeCursor(cursor, 2, /^(true|false)$/) ?? [null, null];
    const rows = await this.database.query<UsedRow[]>(
      `select shown.*, posted.last_posted_at, in_line.waiting
       from (
         select d.destination_id, d.kind, d.name, d.trouble, d.since, d.trouble is null as healthy from destinations d
         where d.organization_id = $1 and d.connection_id = $2 and d.moved_to is null
           and ($3::text[] is null or case when d.trouble is null then 'healthy' else 'needs_attention' end = any($3))
           and ($4::boolean is null or (d.trouble is null, d.destination_id) > ($4, $5))
         order by d.trouble is null, d.destination_id limit $6) shown
       cross join lateral (
         select max(s.settled_at) as last_posted_at from (
           select c.delivery_id from commands c where c.organization_id = $1 and c.destination_id = shown.destination_id order by c.created_at desc, c.delivery_id desc limit ${LATEST}) latest
         join deliveries s on s.organization_id = $1 and s.delivery_id = latest.delivery_id and s.connection_id = $2 and s.state = 'posted') posted
       cross join lateral (
         select count(*)::int as waiting from lanes l join deliveries w on w.lane_id = l.lane_id and w.state = 'waiting' and w.digest_id is null and w.held_since is null
         where l.connection_id = $2 and l.organization_id = $1 and l.destination_key = shown.destination_id) in_line
       order by shown.healthy, shown.destination_id`,
      [organizationId, connectionId, state ?? null, healthy, id, limit + 1],
    );
    return toPage(rows, limit, view, (row) => [String(row.healthy), row.destination_id]);
  }
}

function view({ destination_id: id, kind, name, trouble, since, last_posted_at: lastPostedAt, waiting }: UsedRow): UsedDestinationView {
  return {
    id,
    kind,
    ...(name !== null && { name }),
    health: { state: trouble ? 'needs_attention' : 'healthy', ...(trouble && { reason: trouble.reason, remedy: trouble.remedy }), since: since.toISOString() },
    ...(lastPostedAt && { lastPostedAt: lastPostedAt.toISOString() }),
    waiting,
  };
}
