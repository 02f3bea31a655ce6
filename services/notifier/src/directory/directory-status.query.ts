/** How far our copy of a workspace is: what the picker must say honestly. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { DestinationList, DirectoryProgress, DirectoryStatus } from '@tocsin/contracts';

import type { KnownConnection } from '../connections/connection.repository.js';

interface StatusRow {
  state: DirectoryStatus['state'] | null;
  step: string | null;
  reason: string | null;
  run_at: Date | null;
  channels: number;
  people: number;
  channels_synced_at: Date | null;
  people_synced_at: Date | null;
}

@Injectable()
export class DirectoryStatusQuery {
  constructor(private readonly database: DataSource) {}

  async of(connectionId: string): Promise<DirectoryStatus> {
    const row = await this.read(connectionId);
    return {
      state: row.state ?? 'idle',
      channels: progress(row.channels, row.channels_synced_at),
      people: progress(row.people, row.people_synced_at),
      ...(row.reason !== null && { reason: row.reason }),
      ...(row.state === 'paused' && row.run_at && { resumesAt: row.run_at.toISOString() }),
    };
  }

  /** Whether the picker can trust that what it does not show does not exist, and if not why. */
  async completeness(connection: KnownConnection): Promise<Omit<DestinationList, 'items'>> {
    const row = await this.read(connection.connectionId);
    const complete = row.channels_synced_at !== null && row.people_synced_at !== null;
    const oldest = [row.channels_synced_at, row.people_synced_at].filter((at) => at !== null).sort((a, b) => a.getTime() - b.getTime())[0];
    const reason = row.reason ?? (complete ? undefined : `The list is still being filled: ${row.channels} channels and ${row.people} people so far.`);
    return { complete, ...(complete && oldest && { syncedAt: oldest.toISOString() }), ...(reason !== undefined && { reason }) };
  }

  private async read(connectionId: string): Promise<StatusRow> {
    const [row] = await this.database.query<StatusRow[]>(
      `select s.state, s.step, s.reason, s.run_at, s.channels_synced_at, s.people_synced_at,
              (select count(*)::int from channels where connection_id = $1) as channels, (select count(*)::int from people where connection_id = $1) as people
       from (select 1) one left join directory_syncs s on s.connection_id = $1`,
      [connectionId],
    );
    if (!row) throw new Error('a select without a condition gave no row');
    return row;
  }
}

function progress(have: number, syncedAt: Date | null): DirectoryProgress {
  return { have, complete: syncedAt !== null, ...(syncedAt && { syncedAt: syncedAt.toISOString() }) };
}
