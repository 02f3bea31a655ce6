/**
 * When each connection is checked next, in PostgreSQL by its clock, so that replicas share the work and a restart forgets
 * nothing. A claim is a lease: whoever dies over a check leaves it to the next.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { secondsToNextCheck, type SlackFailure } from '@tocsin/domain';

import type { StoredConnection } from './stored-connection.js';

/** More than a check takes at its longest. */
const LEASE_SECONDS = 120;
/** No connection waits longer than that, unless it began under a longer interval. */
const LONGEST_INTERVALS = 5;

@Injectable()
export class CheckSchedule {
  /** @param intervalSeconds 0 = never by the clock */
  constructor(
    private readonly database: DataSource,
    readonly intervalSeconds: number,
  ) {}

  /** Connections whose check is due, the one that waited longest first; nobody else gets them meanwhile. */
  async claim(limit: number): Promise<{ id: string; organizationId: string }[]> {
    const [claimed] = await this.database.query<[{ id: string; organization_id: string }[], number]>(
      `update connections set next_check_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
       where id in (select id from connections where disconnected_at is null and (next_check_at is null or next_check_at <= clock_timestamp())
                    order by next_check_at nulls first limit $1 for update skip locked)
       returning id, organization_id`,
      [limit],
    );
    return claimed.map(({ id, organization_id: organizationId }) => ({ id, organizationId }));
  }

  /** Notes that Slack gave a verdict, or that the connection changed, and when it is looked at next. */
  async plan(tx: EntityManager, connection: StoredConnection): Promise<void> {
    await this.write(tx, connection, 0);
  }

  /** The check gave no verdict: later again. */
  async postpone(tx: EntityManager, connection: StoredConnection, failure: SlackFailure | undefined): Promise<void> {
    await this.write(tx, connection, connection.unansweredChecks + 1, failure?.family === 'busy' ? failure.retryAfterSeconds : undefined);
  }

  /** Something may be wrong with it: now, if there are checks at all. */
  async hurry(tx: EntityManager, { id }: StoredConnection): Promise<void> {
    if (this.intervalSeconds > 0) await tx.query('update connections set next_check_at = clock_timestamp() where id = $1', [id]);
  }

  /** As {@link hurry}, whoever it is that uses the workspace. */
  async hurryWorkspace(workspaceId: string): Promise<void> {
    if (this.intervalSeconds > 0) await this.database.query('update connections set next_check_at = clock_timestamp() where team_id = $1 and disconnected_at is null', [workspaceId]);
  }

  private async write(tx: EntityManager, { id, health, doubts, lastCheckAt, disconnectedAt }: StoredConnection, unanswered: number, retryAfterSeconds?: number): Promise<void> {
    const isWanted = this.intervalSeconds > 0 && disconnectedAt === undefined;
    const pace = { intervalSeconds: this.intervalSeconds, now: new Date().toISOString(), random: Math.random() };
    await tx.query('update connections set unanswered_checks = $2, last_check_at = $3, next_check_at = clock_timestamp() + make_interval(secs => $4) where id = $1', [
      id, unanswered, lastCheckAt ?? null, isWanted ? secondsToNextCheck({ health, doubts, unanswered, retryAfterSeconds }, pace) : null,
    ]);
  }

  /** Spreads what has no time yet, or one from under a longer interval. */
  async spread(): Promise<void> {
    await this.database.query(
      `update connections set next_check_at = clock_timestamp() + random() * make_interval(secs => $1)
       where disconnected_at is null and (next_check_at is null or next_check_at > clock_timestamp() + make_interval(secs => $1::float * ${LONGEST_INTERVALS}))`,
      [this.intervalSeconds],
    );
  }
}
