/** Whose connection is whose: as much of connector's connections as sending by hand needs. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { ConnectionChanged } from '@tocsin/contracts';
import { InternalClient, PeerUnavailable } from '@tocsin/platform';

import { storable } from '../intake/storable.js';

export type ConnectionVerdict = 'usable' | 'disconnected' | 'not_found' | 'unknown';

interface ConnectionRow {
  organization_id: string;
  disconnected: boolean;
}

@Injectable()
export class ConnectionRepository {
  constructor(
    private readonly database: DataSource,
    private readonly peers: InternalClient,
  ) {}

  /** Takes over what connector says, unless we know something newer. */
  async apply({ id, organizationId, version, disconnected }: ConnectionChanged, on: Pick<EntityManager, 'query'> = this.database): Promise<void> {
    await on.query(
      `insert into connections as known (id, organization_id, version, disconnected) values ($1, $2, $3, $4)
       on conflict (id) do update set version = excluded.version, disconnected = excluded.disconnected
       where known.version < excluded.version and known.organization_id = excluded.organization_id`,
      [id, organizationId, version, disconnected ?? false],
    );
  }

  /**
   * Whether the organization may send through the connection. One that we have not heard of is asked for at connector;
   * `unknown` = connector cannot be asked now, and notifier will find out.
   */
  async judge(organizationId: string, id: string): Promise<ConnectionVerdict> {
    if (id !== storable(id)) return 'not_found'; // PostgreSQL could not hold it, so nobody has it
    const known = (await this.find(id)) ?? (await this.ask(id));
    if (known === 'unknown') return 'unknown';
    if (known?.organization_id !== organizationId) return 'not_found';
    return known.disconnected ? 'disconnected' : 'usable';
  }

  private async find(id: string): Promise<ConnectionRow | undefined> {
    const [row] = await this.database.query<ConnectionRow[]>('select organization_id, disconnected from connections where id = $1', [id]);
    return row;
  }

  private async ask(id: string): Promise<ConnectionRow | 'unknown' | undefined> {
    try {
      const connection = await this.peers.get<ConnectionChanged>('connector', `/internal/connections/${encodeURIComponent(id)}`);
      if (connection) await this.apply(connection);
      return connection && { organization_id: connection.organizationId, disconnected: connection.disconnected ?? false };
    } catch (error) {
      if (error instanceof PeerUnavailable) return 'unknown';
      throw error;
    }
  }
}
