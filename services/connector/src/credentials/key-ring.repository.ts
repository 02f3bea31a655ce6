/** Which keys sealed what is stored, and which of them running processes still seal with. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { SealedSecret } from '@tocsin/platform';

import type { Place, SealedCredential } from './credentials.js';

export type StoredSecrets = Place & Pick<SealedCredential, 'token' | 'refresh'>;

/** A process that has not been seen for so long seals nothing any more. */
const GONE_SECONDS = 30;
const COLUMNS = 'id, organization_id, token_key_id, token_box, refresh_key_id, refresh_box';

interface SecretsRow {
  id: string;
  organization_id: string;
  token_key_id: string;
  token_box: Buffer;
  refresh_key_id: string | null;
  refresh_box: Buffer | null;
}

@Injectable()
export class KeyRingRepository {
  constructor(private readonly database: DataSource) {}

  /** Notes that a process is there and which key it seals with. */
  async seen(processId: string, keyId: string): Promise<void> {
    await this.database.query(
      `insert into sealers (process_id, key_id, seen_at) values ($1, $2, clock_timestamp())
       on conflict (process_id) do update set key_id = excluded.key_id, seen_at = excluded.seen_at`,
      [processId, keyId],
    );
    await this.database.query(`delete from sealers where seen_at < clock_timestamp() - interval '1 hour'`);
  }

  async gone(processId: string): Promise<void> {
    await this.database.query('delete from sealers where process_id = $1', [processId]);
  }

  /** Locks a batch of what is sealed with a key that no running process seals with, in the order of ids. */
  async lockOutdated(tx: EntityManager, keyId: string, { afterId, limit }: { afterId: string; limit: number }): Promise<StoredSecrets[]> {
    const rows = await tx.query<SecretsRow[]>(`select ${COLUMNS} from connections where id > $2 and ${OUTDATED} order by id limit $3 for update skip locked`, [keyId, afterId, limit]);
    return rows.map(fromRow);
  }

  /** Connections of which something is sealed with another key, whoever seals with that. */
  async countOthers(keyId: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }[]>('select count(*)::int as count from connections where token_key_id <> $1 or refresh_key_id <> $1', [keyId]);
    return row?.count ?? 0;
  }

  async keep(tx: EntityManager, { connectionId, token, refresh }: StoredSecrets): Promise<void> {
    await tx.query('update connections set token_key_id = $2, token_box = $3, refresh_key_id = $4, refresh_box = $5 where id = $1', [connectionId, token.keyId, token.box, refresh?.keyId ?? null, refresh?.box ?? null]);
  }

  /** Every key that sealed something, with how much, and a few of the rows to try it on. */
  async inUse(samples: number): Promise<{ keyId: string; count: number; samples: StoredSecrets[] }[]> {
    const keys = await this.database.query<{ key_id: string; count: number }[]>(
      `select key_id, count(*)::int as count from (
         select token_key_id as key_id from connections union all select refresh_key_id from connections) sealed
       where key_id is not null group by key_id order by key_id`,
    );
    return Promise.all(keys.map(async ({ key_id: keyId, count }) => {
      const rows = await this.database.query<SecretsRow[]>(`select ${COLUMNS} from connections where token_key_id = $1 limit $2`, [keyId, samples]);
      return { keyId, count, samples: rows.map(fromRow) };
    }));
  }
}

/** `$1` is the key to seal with. What another process seals with its own key it would seal back. */
const OUTDATED = `(${['token_key_id', 'refresh_key_id'].map((column) => `${column} <> $1 and ${column} not in
  (select key_id from sealers where seen_at > clock_timestamp() - interval '${GONE_SECONDS} seconds')`).join(' or ')})`;

function fromRow(row: SecretsRow): StoredSecrets {
  const refresh: SealedSecret | undefined = row.refresh_key_id === null || row.refresh_box === null ? undefined : { keyId: row.refresh_key_id, box: row.refresh_box };
  return { connectionId: row.id, organizationId: row.organization_id, token: { keyId: row.token_key_id, box: row.token_box }, refresh };
}
