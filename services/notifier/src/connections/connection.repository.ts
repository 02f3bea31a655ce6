/** Our projection of connector's connections: whose they are, whether they can send, and the budget that they share. */
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource, type EntityManager } from 'typeorm';

import type { ConnectionChanged } from '@tocsin/contracts';

import { giveOwed, markOwed } from './owed-time.js';

export type ConnectionState = 'unknown' | 'active' | 'paused' | 'revoked' | 'disconnected' | 'not_found';

export interface KnownConnection {
  connectionId: string;
  organizationId: string;
  credentialVersion: number;
  state: ConnectionState;
  workspace: { id: string; name: string; url: string };
  bot: { userId: string; name: string };
  scopes: string[];
}

/** A verdict of Slack's on the credential that a request carried. */
export interface Hold {
  connectionId: string;
  credentialVersion: number;
  slackError: string;
  reason: string;
}

interface ConnectionRow {
  connection_id: string;
  organization_id: string;
  credential_version: number;
  state: ConnectionState;
  workspace: KnownConnection['workspace'];
  bot: KnownConnection['bot'];
  scopes: string[];
}

@Injectable()
export class ConnectionRepository {
  /** A connection never moves to another organization, so what was read once stays true. */
  private readonly owners = new LRUCache<string, string>({ max: 10_000 });

  constructor(private readonly database: DataSource) {}

  /** The organization of a connection; undefined while connector has not told us of it. */
  async organizationOf(connectionId: string): Promise<string | undefined> {
    const known = this.owners.get(connectionId);
    if (known !== undefined) return known;
    const [row] = await this.database.query<{ organization_id: string | null }[]>('select organization_id from connections where connection_id = $1', [connectionId]);
    const owner = row?.organization_id ?? undefined;
    if (owner !== undefined) this.owners.set(connectionId, owner);
    return owner;
  }

  /** A connection of this organization; undefined when there is none. */
  async find(organizationId: string, connectionId: string): Promise<KnownConnection | undefined> {
    const [row] = await this.database.query<ConnectionRow[]>(
      `select connection_id, organization_id, credential_version, state, workspace, bot, scopes from connections
       where connection_id = $1 and organization_id = $2 and workspace is not null`,
      [connectionId, organizationId],
    );
    return row && view(row);
  }

  /** Any connection by its id; for work that is not done for a caller. */
  async get(connectionId: string): Promise<KnownConnection | undefined> {
    const owner = await this.organizationOf(connectionId);
    return owner === undefined ? undefined : this.find(owner, connectionId);
  }

  /** One more post than was claimed, of an allowance of so many a second. It goes all the same: those after it wait for it. */
  async charge(connectionId: string, ratePerSecond: number): Promise<void> {
    if (ratePerSecond === 0) return;
    await this.database.query(
      `update budgets b set tat = greatest(b.tat, clock_timestamp()) + make_interval(secs => 1 / ($2::float8 * b.rate_factor::float8))
       from connections c where c.connection_id = $1 and b.budget_key = c.budget_key`,
      [connectionId, ratePerSecond],
    );
  }

  /**
   * Takes over what connector says, unless we know something newer, and wakes the first lanes of a connection that can send.
   * @returns whether it was news
   */
  async apply(tx: EntityManager, changed: ConnectionChanged): Promise<boolean> {
    const state: ConnectionState = changed.disconnected ? 'disconnected' : changed.health.state === 'revoked' ? 'revoked' : changed.paused ? 'paused' : 'active';
    const budgetKey = `${changed.workspace.id}/${changed.appId ?? changed.bot.userId}`;
    await tx.query('insert into budgets (budget_key) values ($1) on conflict do nothing', [budgetKey]);
    const before = await this.before(tx, changed.id);
    const applied = await tx.query<unknown[]>(
      `insert into connections as c (connection_id, organization_id, version, credential_version, state, reason, budget_key, workspace, bot, scopes, held_since)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when $5 = 'active' then null else clock_timestamp() end)
       on conflict (connection_id) do update set organization_id = excluded.organization_id, version = excluded.version, credential_version = excluded.credential_version,
         state = excluded.state, reason = excluded.reason, budget_key = excluded.budget_key, workspace = excluded.workspace, bot = excluded.bot, scopes = excluded.scopes,
         suspected = false, held_since = case when excluded.state = 'active' then null when excluded.state = 'disconnected' and c.state <> 'disconnected' then excluded.held_since else coalesce(c.held_since, excluded.held_since) end
       where (c.version < excluded.version or c.suspected and c.version = excluded.version) and (c.organization_id is null or c.organization_id = excluded.organization_id)
       returning 1`,
      [changed.id, changed.organizationId, changed.version, changed.credentialVersion, state, changed.health.reason ?? null, budgetKey, changed.workspace, changed.bot, changed.scopes],
    );
    if (applied.length === 0) return false;
    // What is disconnected is waited for from that moment on, however long it was held before.
    if (state === 'active' || (state === 'disconnected' && before?.state !== 'disconnected')) {
      await markOwed(tx, changed.id, before?.held_since ?? null);
      if (state === 'active') await giveOwed(tx, changed.id);
    }
    await this.countSharers(tx, changed.workspace.id);
    return true;
  }

  /**
   * Slack counts by app and workspace: connections that share both share one allowance, each lane of them goes that much slower.
   * They are counted once their budgets are locked, so that whoever counts last sees what all others committed.
   */
  private async countSharers(tx: EntityManager, workspaceId: string): Promise<void> {
    await tx.query(`select 1 from budgets where starts_with(budget_key, $1 || '/') order by budget_key for no key update`, [workspaceId]);
    await tx.query(
      `update budgets b set sharers = greatest(1, counted.active) from (
         select o.budget_key, (select count(*) from connections c where c.budget_key = o.budget_key and c.state = 'active') as active
         from budgets o where starts_with(o.budget_key, $1 || '/')) counted
       where b.budget_key = counted.budget_key and b.sharers <> greatest(1, counted.active)`,
      [workspaceId],
    );
  }

  private async before(tx: EntityManager, connectionId: string): Promise<{ state: ConnectionState; held_since: Date | null } | undefined> {
    const [row] = await tx.query<{ state: ConnectionState; held_since: Date | null }[]>('select state, held_since from connections where connection_id = $1 for no key update', [connectionId]);
    return row;
  }

  /**
   * Slack refused the credential: nothing more is sent until connector says that it is good again.
   * @returns false when that is known already, or was said of an older credential
   */
  async hold(tx: EntityManager, { connectionId, credentialVersion, reason }: Hold): Promise<boolean> {
    const [held] = await tx.query<[unknown[], number]>(
      `update connections set state = 'revoked', reason = $3, suspected = true, held_since = clock_timestamp(), asked_at = clock_timestamp()
       where connection_id = $1 and credential_version <= $2 and state = 'active' returning 1`,
      [connectionId, credentialVersion, reason],
    );
    return held.length > 0;
  }

  /** Connections to ask connector for: those that commands name and nobody told us of, and those that only we think revoked. */
  async takeDoubtful(): Promise<string[]> {
    const [taken] = await this.database.query<[{ connection_id: string }[], number]>(
      `update connections set asked_at = clock_timestamp() where connection_id in
         (select connection_id from connections
          where (state = 'unknown' or suspected) and (asked_at is null or asked_at < clock_timestamp() - case when suspected then interval '15 seconds' else interval '2 seconds' end)
          limit 50 for update skip locked)
       returning connection_id`,
    );
    return taken.map((row) => row.connection_id);
  }

  async markNotFound(tx: EntityManager, connectionId: string): Promise<void> {
    await tx.query(`update connections set state = 'not_found' where connection_id = $1 and state = 'unknown'`, [connectionId]);
  }
}

function view(row: ConnectionRow): KnownConnection {
  return {
    connectionId: row.connection_id,
    organizationId: row.organization_id,
    credentialVersion: row.credential_version,
    state: row.state,
    workspace: row.workspace,
    bot: row.bot,
    scopes: row.scopes,
  };
}
