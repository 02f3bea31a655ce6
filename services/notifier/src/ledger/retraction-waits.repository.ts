/**
 * How long Slack said that deleting has to wait. It counts chat.delete by team and app, so that is kept in `budgets` under the key
 * of the workspace's with "/delete": messages that are posted do not wait for it, and all replicas know it.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

@Injectable()
export class RetractionWaits {
  /** @returns seconds that are left, at least one; undefined when there is nothing to wait for */
  async left(tx: EntityManager, connectionId: string): Promise<number | undefined> {
    const [wait] = await tx.query<{ seconds: number }[]>(
      `select ceil(extract(epoch from b.blocked_until - clock_timestamp()))::int as seconds from connections c join budgets b on b.budget_key = c.budget_key || '/delete'
       where c.connection_id = $1 and b.blocked_until > clock_timestamp()`,
      [connectionId],
    );
    return wait && Math.max(1, wait.seconds);
  }

  async remember(tx: EntityManager, connectionId: string, seconds: number): Promise<void> {
    await tx.query(
      `insert into budgets as b (budget_key, blocked_until)
       select c.budget_key || '/delete', clock_timestamp() + make_interval(secs => $2) from connections c where c.connection_id = $1 and c.budget_key is not null
       on conflict (budget_key) do update set blocked_until = greatest(b.blocked_until, excluded.blocked_until)`,
      [connectionId, seconds],
    );
  }
}
