/** API keys in PostgreSQL. Of a key itself only its hash is kept; 256 random bits need no slow one. */
import { createHash, randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { Permission } from '@tocsin/domain';
import { API_KEY_PREFIX } from '@tocsin/platform';

export interface StoredApiKey {
  id: string;
  organizationId: string;
  name: string;
  permissions: Permission[];
  applications: string[] | undefined;
  expiresAt: Date;
  createdAt: Date;
}

interface ApiKeyRow {
  id: string;
  organization_id: string;
  name: string;
  permissions: Permission[];
  applications: string[] | null;
  expires_at: Date;
  created_at: Date;
}

const COLUMNS = 'id, organization_id, name, permissions, applications, expires_at, created_at';

/** A key as its owner sees it, once. */
export function newApiKey(): string {
  return `${API_KEY_PREFIX}${randomBytes(32).toString('base64url')}`;
}

@Injectable()
export class ApiKeyRepository {
  constructor(private readonly database: DataSource) {}

  /** Newest first. @param beforeId id of the last one of the page before */
  async list(organizationId: string, limit: number, beforeId?: string): Promise<StoredApiKey[]> {
    const rows = await this.database.query<ApiKeyRow[]>(
      `select ${COLUMNS} from api_keys where organization_id = $1 and ($2::text is null or id < $2) order by id desc limit $3`,
      [organizationId, beforeId ?? null, limit],
    );
    return rows.map(fromRow);
  }

  async insert(tx: EntityManager, stored: StoredApiKey, key: string, createdBy: string): Promise<void> {
    await tx.query(
      `insert into api_keys (${COLUMNS}, key_hash, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [stored.id, stored.organizationId, stored.name, stored.permissions, stored.applications ?? null, stored.expiresAt, stored.createdAt, hash(key), createdBy],
    );
  }

  /** @returns what was deleted; undefined when there was no such key */
  async delete(tx: EntityManager, organizationId: string, id: string): Promise<StoredApiKey | undefined> {
    const [rows] = await tx.query<[ApiKeyRow[], number]>(`delete from api_keys where organization_id = $1 and id = $2 returning ${COLUMNS}`, [organizationId, id]);
    return rows[0] && fromRow(rows[0]);
  }

  /** The living key that `key` is. */
  async verify(key: string): Promise<StoredApiKey | undefined> {
    const [row] = await this.database.query<ApiKeyRow[]>(`select ${COLUMNS} from api_keys where key_hash = $1 and expires_at > now()`, [hash(key)]);
    return row && fromRow(row);
  }
}

function hash(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function fromRow(row: ApiKeyRow): StoredApiKey {
  return { id: row.id, organizationId: row.organization_id, name: row.name, permissions: row.permissions, applications: row.applications ?? undefined, expiresAt: row.expires_at, createdAt: row.created_at };
}
