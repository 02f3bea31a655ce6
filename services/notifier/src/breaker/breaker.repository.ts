/**
 * The state of the circuit breakers, in rows that all replicas share: one for Slack as a whole, one for each connection.
 * Rows are looked at with every batch of results and written only while something fails.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { afterResults, CLOSED_BREAKER, isSpotless, type Breaker, type BreakerResult } from '@tocsin/domain';

const SLACK = 'slack';

interface BreakerRow {
  breaker_key: string;
  is_open: boolean;
  failures_in_a_row: number;
  probes: number;
  recent: BreakerResult[];
}

@Injectable()
export class BreakerRepository {
  /** Takes in what requests came to, within the transaction that records them and before it locks lanes. */
  async learn(tx: EntityManager, results: readonly BreakerResult[]): Promise<void> {
    if (results.length === 0) return;
    const connections = [...new Set(results.map(({ connection }) => connection))].sort();
    const keys = [...connections, SLACK];
    const isTroubled = results.some(({ failed }) => failed);
    if (!isTroubled && !(await this.areTroubled(tx, keys))) return;
    await tx.query('insert into breakers (breaker_key) select unnest($1::text[]) order by 1 on conflict do nothing', [keys]);
    const rows = await tx.query<BreakerRow[]>('select breaker_key, is_open, failures_in_a_row, probes, recent from breakers where breaker_key = any($1) order by breaker_key for update', [keys]);
    for (const row of rows) {
      const own = row.breaker_key === SLACK ? results : results.filter(({ connection }) => connection === row.breaker_key);
      await this.step(tx, row, own);
    }
  }

  private async areTroubled(tx: EntityManager, keys: readonly string[]): Promise<boolean> {
    const rows = await tx.query<unknown[]>('select 1 from breakers where breaker_key = any($1) limit 1', [keys]);
    return rows.length > 0;
  }

  private async step(tx: EntityManager, row: BreakerRow, results: readonly BreakerResult[]): Promise<void> {
    const before = breakerOf(row);
    const { next, probeAfterMs } = afterResults(before, results);
    if (isSpotless(next)) {
      await tx.query('delete from breakers where breaker_key = $1', [row.breaker_key]);
      return;
    }
    await tx.query(
      `update breakers set is_open = $2, failures_in_a_row = $3, probes = $4, recent = $5,
         opened_at = case when not $2 then null when is_open then opened_at else clock_timestamp() end,
         probe_at = case when $6::float8 is null then probe_at else clock_timestamp() + make_interval(secs => $6::float8 / 1000) end
       where breaker_key = $1`,
      [row.breaker_key, next.isOpen, next.failuresInARow, next.probes, JSON.stringify(next.recent), probeAfterMs ?? null],
    );
  }
}

function breakerOf({ is_open, failures_in_a_row, probes, recent }: BreakerRow): Breaker {
  return is_open ? { isOpen: true, failuresInARow: failures_in_a_row, probes, recent } : { ...CLOSED_BREAKER, failuresInARow: failures_in_a_row, recent };
}
