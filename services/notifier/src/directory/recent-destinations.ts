/** Where an organization sent to lately in a workspace, the latest first; in memory for a quarter of a minute. */
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';

const KEPT_MS = 15_000;
const HOW_MANY = 12;

@Injectable()
export class RecentDestinations {
  private readonly known: LRUCache<string, string[]>;

  constructor(database: DataSource) {
    this.known = new LRUCache<string, string[]>({
      max: 2000,
      ttl: KEPT_MS,
      fetchMethod: async (key) => {
        const [organizationId, connectionId] = JSON.parse(key) as [string, string];
        const rows = await database.query<{ destination_key: string }[]>(
          'select destination_key from lanes where organization_id = $1 and connection_id = $2 and not provisional order by due_since desc limit $3',
          [organizationId, connectionId, HOW_MANY],
        );
        return rows.map((row) => row.destination_key);
      },
    });
  }

  async of(organizationId: string, connectionId: string): Promise<readonly string[]> {
    return (await this.known.fetch(JSON.stringify([organizationId, connectionId]))) ?? [];
  }
}
