/** Credentials in PostgreSQL, in the rows of their connections, and whose turn it is to renew one: leases by the database's clock. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { SealedSecret } from '@tocsin/platform';

/** A token as it is stored, with the version that verdicts on it name. */
export interface StoredCredential {
  organizationId: string;
  credentialVersion: number;
  expiresInSeconds?: number;
  sealed: SealedSecret;
}

/** The right to renew the token of one connection, which nobody else has meanwhile. */
export interface RenewalLease {
  connectionId: string;
  organizationId: string;
  credentialVersion: number;
  refresh: SealedSecret;
  /** Renewals that failed since the last that did not. */
  failures: number;
  hasEnded: boolean;
}

/** Longer than a request to Slack can take, and shorter than Slack goes on taking a refresh token that was used. */
const LEASE_SECONDS = 30;

interface LeaseRow {
  id: string;
  organization_id: string;
  credential_version: number;
  refresh_key_id: string;
  refresh_box: Buffer;
  renewal_failures: number;
  has_ended: boolean;
}

@Injectable()
export class CredentialRepository {
  constructor(private readonly database: DataSource) {}

  async now(tx: EntityManager): Promise<Date> {
    const [row] = await tx.query<{ now: Date }[]>('select clock_timestamp() as now');
    if (!row) throw new Error('the database does not tell the time');
    return row.now;
  }

  /** The token of a connected one. */
  async find(id: string, manager: Pick<EntityManager, 'query'> = this.database): Promise<StoredCredential | undefined> {
    const [row] = await manager.query<{ organization_id: string; credential_version: number; token_key_id: string; token_box: Buffer; seconds: number | null }[]>(
      `select organization_id, credential_version, token_key_id, token_box, extract(epoch from token_expires_at - clock_timestamp())::float as seconds
       from connections where id = $1 and disconnected_at is null`,
      [id],
    );
    if (!row) return undefined;
    const { organization_id: organizationId, credential_version: credentialVersion, seconds } = row;
    return { organizationId, credentialVersion, sealed: { keyId: row.token_key_id, box: row.token_box }, ...(seconds !== null && { expiresInSeconds: seconds }) };
  }

  /** Leases of connections whose renewal is due, those that end first first. */
  async leaseDue(limit: number): Promise<RenewalLease[]> {
    return this.lease('renew_at <= clock_timestamp()', limit);
  }

  /** The lease of one that is wanted now; undefined while another has it, had it, or where there is nothing to renew with. */
  async leaseOf(id: string, credentialVersion: number): Promise<RenewalLease | undefined> {
    return (await this.lease('id = $2 and credential_version = $3 and renew_at is not null', 1, id, credentialVersion))[0];
  }

  /** Whether there is something to renew the token with, now or for somebody who is at it. */
  async isRenewable(id: string): Promise<boolean> {
    return (await this.database.query<unknown[]>('select from connections where id = $1 and renew_at is not null', [id])).length > 0;
  }

  /** `renew_at` becomes due with the lease: who dies with it leaves the renewal to the next. */
  private async lease(condition: string, limit: number, ...parameters: unknown[]): Promise<RenewalLease[]> {
    const [rows] = await this.database.query<[LeaseRow[], number]>(
      `update connections set renewal_leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}), renew_at = least(renew_at, clock_timestamp())
       where id in (select id from connections where ${condition} and (renewal_leased_until is null or renewal_leased_until <= clock_timestamp()) order by token_expires_at limit $1 for update skip locked)
       returning id, organization_id, credential_version, refresh_key_id, refresh_box, renewal_failures, coalesce(token_expires_at <= clock_timestamp(), false) as has_ended`,
      [limit, ...parameters],
    );
    return rows.map((row) => ({
      connectionId: row.id, organizationId: row.organization_id, credentialVersion: row.credential_version, refresh: { keyId: row.refresh_key_id, box: row.refresh_box },
      failures: row.renewal_failures, hasEnded: row.has_ended,
    }));
  }

  /** Gives the lease back; it is tried again after the pause. */
  async postpone(tx: EntityManager, { connectionId, credentialVersion }: RenewalLease, afterSeconds: number): Promise<void> {
    await tx.query(
      `update connections set renewal_leased_until = null, renewal_failures = renewal_failures + 1, renew_at = clock_timestamp() + make_interval(secs => $3)
       where id = $1 and credential_version = $2 and renew_at is not null`,
      [connectionId, credentialVersion, afterSeconds],
    );
  }

  /** Forgets a refresh token that is of no use any more. */
  async forgetRefreshToken(tx: EntityManager, { connectionId, credentialVersion }: RenewalLease): Promise<void> {
    await tx.query('update connections set refresh_key_id = null, refresh_box = null, renew_at = null, renewal_leased_until = null where id = $1 and credential_version = $2', [connectionId, credentialVersion]);
  }

  /** Connections whose token has ended for good and that do not say so yet. */
  async ended(limit: number): Promise<{ organizationId: string; connectionId: string }[]> {
    const rows = await this.database.query<{ id: string; organization_id: string }[]>(
      `select id, organization_id from connections
       where token_expires_at <= clock_timestamp() and renewal_problem is not null and health->>'state' <> 'revoked' and disconnected_at is null limit $1`,
      [limit],
    );
    return rows.map((row) => ({ organizationId: row.organization_id, connectionId: row.id }));
  }
}
