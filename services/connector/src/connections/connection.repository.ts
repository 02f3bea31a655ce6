/** Connections in PostgreSQL. Reads for a caller go by organization and see only what is connected. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { SealedCredential } from '../credentials/credentials.js';
import type { StoredConnection } from './stored-connection.js';

interface ConnectionRow {
  id: string;
  organization_id: string;
  method: StoredConnection['method'];
  workspace: StoredConnection['workspace'];
  bot: StoredConnection['bot'];
  app_id: string | null;
  scopes: string[];
  missing_scopes: string[];
  paused: boolean;
  health: StoredConnection['health'];
  doubted: string | null;
  doubts: number;
  version: number;
  credential_version: number;
  token_hint: string;
  token_updated_at: Date;
  token_expires_at: Date | null;
  renewal_problem: StoredConnection['renewalProblem'] | null;
  created_at: Date;
  last_check_at: Date | null;
  unanswered_checks: number;
  disconnected_at: Date | null;
}

const COLUMNS = `id, organization_id, method, workspace, bot, app_id, scopes, missing_scopes, paused, health, doubted, doubts, version, credential_version,
  token_hint, token_updated_at, token_expires_at, renewal_problem, created_at, last_check_at, unanswered_checks, disconnected_at`;

/** A pasted token is mostly of an app of its own. The app of an installation by consent is the published one, where Slack did not say. */
const OF_APP = `select ${COLUMNS} from connections where team_id = any($1) and (app_id = $2 or app_id is null and method = 'oauth') and disconnected_at is null`;

const CREDENTIAL_COLUMNS = 'token_key_id, token_box, refresh_key_id, refresh_box, renew_at, renewal_leased_until, renewal_failures';

@Injectable()
export class ConnectionRepository {
  constructor(private readonly database: DataSource) {}

  async find(organizationId: string, id: string): Promise<StoredConnection | undefined> {
    return one(await this.database.query<ConnectionRow[]>(`select ${COLUMNS} from connections where id = $1 and organization_id = $2 and disconnected_at is null`, [id, organizationId]));
  }

  /** @param afterId id of the last one of the page before; ids grow with time */
  async list(organizationId: string, limit: number, afterId?: string): Promise<StoredConnection[]> {
    const rows = await this.database.query<ConnectionRow[]>(
      `select ${COLUMNS} from connections where organization_id = $1 and disconnected_at is null and ($2::text is null or id > $2) order by id limit $3`,
      [organizationId, afterId ?? null, limit],
    );
    return rows.map(fromRow);
  }

  /** Of every organization, those that are disconnected included; for other services. */
  async all(): Promise<StoredConnection[]> {
    return (await this.database.query<ConnectionRow[]>(`select ${COLUMNS} from connections order by id`)).map(fromRow);
  }

  async get(id: string): Promise<StoredConnection | undefined> {
    return one(await this.database.query<ConnectionRow[]>(`select ${COLUMNS} from connections where id = $1`, [id]));
  }

  /** Locks a connected one until the transaction ends. */
  async lock(tx: EntityManager, organizationId: string, id: string): Promise<StoredConnection | undefined> {
    return one(await tx.query<ConnectionRow[]>(`select ${COLUMNS} from connections where id = $1 and organization_id = $2 and disconnected_at is null for update`, [id, organizationId]));
  }

  /** The connection of a workspace, disconnected or not; nobody else connects that workspace until the transaction ends. */
  async lockWorkspace(tx: EntityManager, organizationId: string, workspaceId: string): Promise<StoredConnection | undefined> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [JSON.stringify([organizationId, workspaceId])]);
    return one(await tx.query<ConnectionRow[]>(`select ${COLUMNS} from connections where organization_id = $1 and team_id = $2 for update`, [organizationId, workspaceId]));
  }

  /** Connections in these workspaces that live on an installation of the app, whichever organization they belong to. */
  async ofApp(workspaceIds: readonly string[], appId: string): Promise<StoredConnection[]> {
    return (await this.database.query<ConnectionRow[]>(`${OF_APP} order by id`, [workspaceIds, appId])).map(fromRow);
  }

  /** As {@link ofApp}, locked until the transaction ends. */
  async lockOfApp(tx: EntityManager, workspaceIds: readonly string[], appId: string): Promise<StoredConnection[]> {
    return (await tx.query<ConnectionRow[]>(`${OF_APP} order by id for update`, [workspaceIds, appId])).map(fromRow);
  }

  /** Whether any connection of any organization uses the workspace. */
  async isWorkspaceUsed(tx: EntityManager, workspaceId: string, exceptId = ''): Promise<boolean> {
    const rows = await tx.query<unknown[]>('select from connections where team_id = $1 and id <> $2 and disconnected_at is null limit 1', [workspaceId, exceptId]);
    return rows.length > 0;
  }

  /** Writes the whole connection, the first version as a new row. @param credential a new one; left out = stays; null = is forgotten */
  async save(tx: EntityManager, stored: StoredConnection, credential?: SealedCredential | null): Promise<void> {
    const columns = credential === undefined ? COLUMNS : `${COLUMNS}, ${CREDENTIAL_COLUMNS}`;
    const parameters = [...values(stored), ...(credential === undefined ? [] : credentialValues(credential))];
    const marks = parameters.map((_, index) => `$${index + 1}`).join(', ');
    if (stored.version === 1) await tx.query(`insert into connections (${columns}, team_id) values (${marks}, $${parameters.length + 1})`, [...parameters, stored.workspace.id]);
    else await tx.query(`update connections set (${columns}) = (${marks}) where id = $1`, parameters);
  }
}

function values(stored: StoredConnection): unknown[] {
  return [
    stored.id, stored.organizationId, stored.method, stored.workspace, stored.bot, stored.appId ?? null, stored.scopes, stored.missingScopes, stored.paused, stored.health,
    stored.doubted ?? null, stored.doubts, stored.version, stored.credentialVersion, stored.tokenHint, stored.tokenUpdatedAt,
    stored.tokenExpiresAt ?? null, stored.renewalProblem ?? null, stored.createdAt, stored.lastCheckAt ?? null, stored.unansweredChecks, stored.disconnectedAt ?? null,
  ];
}

/** A new credential ends every renewal that is under way. */
function credentialValues(credential: SealedCredential | null): unknown[] {
  const { token, refresh, renewAt } = credential ?? {};
  return [token?.keyId ?? null, token?.box ?? null, refresh?.keyId ?? null, refresh?.box ?? null, renewAt ?? null, null, 0];
}

function one(rows: readonly ConnectionRow[]): StoredConnection | undefined {
  return rows[0] && fromRow(rows[0]);
}

function fromRow(row: ConnectionRow): StoredConnection {
  return {
    id: row.id, organizationId: row.organization_id, method: row.method, workspace: row.workspace, bot: row.bot, appId: row.app_id ?? undefined,
    scopes: row.scopes, missingScopes: row.missing_scopes, paused: row.paused, health: row.health, doubted: row.doubted ?? undefined, doubts: row.doubts,
    version: row.version, credentialVersion: row.credential_version, tokenHint: row.token_hint, tokenUpdatedAt: row.token_updated_at,
    tokenExpiresAt: row.token_expires_at ?? undefined, renewalProblem: row.renewal_problem ?? undefined, createdAt: row.created_at,
    lastCheckAt: row.last_check_at ?? undefined, unansweredChecks: row.unanswered_checks, disconnectedAt: row.disconnected_at ?? undefined,
  };
}
