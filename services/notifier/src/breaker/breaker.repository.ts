/**
 * The state of the circuit breakers, in rows that all replicas share: one for Slack as a whole, one for each connection.
 * While nothing fails there are no rows, which is looked at once a second.
 */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { afterResults, CLOSED_BREAKER, isSpotless, type Breaker, type BreakerResult } from '@tocsin/domain';
import { isDatabaseAway, LOGGER, type Logger } from '@tocsin/platform';

const SLACK = 'slack';

interface BreakerRow {
  breaker_key: string;
  is_open: boolean;
  failures_in_a_row: number;
  probes: number;
  recent: BreakerResult[];
}

/** A breaker that opened or closed. */
interface News {
  key: string;
  isOpen: boolean;
}

/** How long a replica may not know that another one saw trouble. */
const LOOK_MS = 1000;

@Injectable()
export class BreakerRepository {
  private lookedAt = -LOOK_MS;
  private isTroubled = false;

  constructor(
    private readonly database: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Takes in what requests came to. A sample that is lost with the database changes little, so it never fails.
   * @param hasProbe one of them was to find out whether Slack answers again: a breaker is open, whatever was seen before
   */
  async learn(results: readonly BreakerResult[], hasProbe: boolean): Promise<void> {
    try {
      const hasFailure = results.some(({ failed }) => failed);
      if (results.length === 0 || !(hasFailure || hasProbe || (await this.areTroubled()))) return;
      const news = await this.database.transaction((tx) => this.step(tx, results));
      this.isTroubled ||= hasFailure;
      for (const one of news) this.tell(one);
    } catch (error) {
      this.notLearned(error);
    }
  }

  /** Probes of these connections ended before Slack was asked: others may find out at once. Never fails, since their time passes as well. */
  async giveBack(connectionIds: readonly string[]): Promise<void> {
    if (connectionIds.length === 0) return;
    try {
      await this.setProbes('probe_at = clock_timestamp()', 'is_open and probe_at > clock_timestamp() and breaker_key = any($1)', [SLACK, ...connectionIds]);
    } catch (error) {
      this.notLearned(error);
    }
  }

  /** As {@link giveBack}, of the edit under this lease. */
  async giveBackEdit(leaseId: string): Promise<void> {
    try {
      await this.setProbes('edit_probe_at = clock_timestamp(), edit_probe = null', 'edit_probe = $1', leaseId);
    } catch (error) {
      this.notLearned(error);
    }
  }

  /** In the order in which everybody locks them. */
  private async setProbes(change: string, condition: string, parameter: unknown): Promise<void> {
    await this.database.query(
      `with found as (select breaker_key from breakers where ${condition} order by breaker_key for update)
       update breakers b set ${change} from found where b.breaker_key = found.breaker_key`,
      [parameter],
    );
  }

  private notLearned(error: unknown): void {
    this.logger[isDatabaseAway(error) ? 'debug' : 'error']({ err: error }, 'the breakers did not learn of some results');
  }

  private async areTroubled(): Promise<boolean> {
    if (performance.now() - this.lookedAt < LOOK_MS) return this.isTroubled;
    this.lookedAt = performance.now();
    this.isTroubled = (await this.database.query<unknown[]>('select 1 from breakers limit 1')).length > 0;
    return this.isTroubled;
  }

  /** One line of all replicas together. */
  private tell({ key, isOpen }: News): void {
    const whose = key === SLACK ? {} : { connectionId: key };
    if (isOpen) this.logger.warn(whose, 'Slack does not answer; messages wait, and one at a time finds out whether it does again');
    else this.logger.info(whose, 'Slack answers again');
  }

  /** @returns breakers that opened or closed */
  private async step(tx: EntityManager, results: readonly BreakerResult[]): Promise<News[]> {
    const keys = [...[...new Set(results.map(({ connection }) => connection))].sort(), SLACK];
    if (results.some(({ failed }) => failed)) await tx.query('insert into breakers (breaker_key) select unnest($1::text[]) order by 1 on conflict do nothing', [keys]);
    const rows = await tx.query<BreakerRow[]>('select breaker_key, is_open, failures_in_a_row, probes, recent from breakers where breaker_key = any($1) order by breaker_key for update', [keys]);
    const news: News[] = [];
    for (const row of rows) {
      const own = row.breaker_key === SLACK ? results : results.filter(({ connection }) => connection === row.breaker_key);
      const isOpen = await this.save(tx, row, own);
      if (isOpen !== row.is_open) news.push({ key: row.breaker_key, isOpen });
    }
    return news;
  }

  /** @returns whether it is open now */
  private async save(tx: EntityManager, row: BreakerRow, results: readonly BreakerResult[]): Promise<boolean> {
    const before = breakerOf(row);
    const { next, probeAfterMs, editProbeAfterMs } = afterResults(before, results, row.breaker_key === SLACK);
    if (next === before) return before.isOpen;
    if (isSpotless(next)) {
      await tx.query('delete from breakers where breaker_key = $1', [row.breaker_key]);
      return false;
    }
    await tx.query(
      `update breakers set is_open = $2, failures_in_a_row = $3, probes = $4, recent = $5, learned_at = clock_timestamp(),
         opened_at = case when not $2 then null when is_open then opened_at else clock_timestamp() end,
         probe_at = coalesce(clock_timestamp() + make_interval(secs => $6::float8 / 1000), probe_at),
         edit_probe_at = coalesce(clock_timestamp() + make_interval(secs => $7::float8 / 1000), edit_probe_at)
       where breaker_key = $1`,
      [row.breaker_key, next.isOpen, next.failuresInARow, next.probes, JSON.stringify(next.recent), probeAfterMs ?? null, editProbeAfterMs ?? null],
    );
    return next.isOpen;
  }
}

function breakerOf({ is_open, failures_in_a_row, probes, recent }: BreakerRow): Breaker {
  return is_open ? { isOpen: true, failuresInARow: failures_in_a_row, probes, recent } : { ...CLOSED_BREAKER, failuresInARow: failures_in_a_row, recent };
}
