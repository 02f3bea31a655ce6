/** Installations under way: each known by a random state that works once, for ten minutes, in the browser that began it. */
import { createHash, randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export const STATE_SECONDS = 600;
/** Kept of one person; who begins more than that gives up the oldest. */
const KEPT_OF_ONE = 20;

export interface BegunInstallation {
  organizationId: string;
  /** Who began it: `sub` of their token. */
  userId: string;
  /** What the console calls them. */
  user: string;
  /** The connection that is to be renewed. */
  connectionId: string | undefined;
}

export type TakenState =
  | { result: 'taken'; installation: BegunInstallation }
  /** `installation` is undefined for a state that was never ours or is long gone. */
  | { result: 'expired' | 'used' | 'wrong_browser'; installation: BegunInstallation | undefined };

interface StateRow {
  browser_hash: Buffer;
  organization_id: string;
  user_id: string | null;
  user_name: string;
  connection_id: string | null;
  is_expired: boolean;
  is_used: boolean;
}

@Injectable()
export class OAuthStateRepository {
  constructor(private readonly database: DataSource) {}

  /**
   * @param known what the browser's cookie holds: several tabs of one browser have one secret, so that none outdates the other
   * @returns the state for Slack and the secret for the browser's cookie
   */
  async begin({ organizationId, userId, user, connectionId }: BegunInstallation, known: string): Promise<{ state: string; browser: string }> {
    const state = secret();
    const browser = SECRET.test(known) ? known : secret();
    await this.cleanUp(organizationId, userId);
    await this.database.query(
      `insert into oauth_states (state_hash, browser_hash, organization_id, user_id, user_name, connection_id, expires_at) values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))`,
      [hash(state), hash(browser), organizationId, userId, user, connectionId ?? null, STATE_SECONDS],
    );
    return { state, browser };
  }

  /** What is gone for a day, and what this person has too many of. */
  private async cleanUp(organizationId: string, userId: string): Promise<void> {
    await this.database.query(
      `delete from oauth_states where expires_at < now() - interval '1 day' or state_hash in (
        select state_hash from oauth_states where organization_id = $1 and user_id = $2 order by expires_at desc, state_hash offset $3)`,
      [organizationId, userId, KEPT_OF_ONE - 1],
    );
  }

  /** Uses the state up when everything about it is right; of two who come at the same time one gets it. */
  async take(state: string, browser: string): Promise<TakenState> {
    const [row] = await this.database.query<StateRow[]>(
      `select browser_hash, organization_id, user_id, user_name, connection_id, expires_at <= now() as is_expired, used_at is not null as is_used from oauth_states where state_hash = $1`,
      [hash(state)],
    );
    if (!row) return { result: 'expired', installation: undefined };
    const installation = { organizationId: row.organization_id, userId: row.user_id ?? row.user_name, user: row.user_name, connectionId: row.connection_id ?? undefined };
    if (row.is_used) return { result: 'used', installation };
    if (row.is_expired) return { result: 'expired', installation };
    if (!row.browser_hash.equals(hash(browser))) return { result: 'wrong_browser', installation };
    const [, taken] = await this.database.query<[unknown[], number]>('update oauth_states set used_at = now() where state_hash = $1 and used_at is null', [hash(state)]);
    return taken === 1 ? { result: 'taken', installation } : { result: 'used', installation };
  }
}

const SECRET = /^[\w-]{43}$/;

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
