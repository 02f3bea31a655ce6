/**
 * Brings a schema up to date beside processes that use it. A change of a table waits for whoever reads or writes it, and all
 * others wait behind the change; so it waits for a second at most and lets them pass before it is tried again.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';

const LOCK_MS = 1000;
const PASSING_MS = 1000;
/** lock_not_available, deadlock_detected: nothing of that migration was kept. */
const IN_THE_WAY = new Set(['55P03', '40P01']);

/** On one connection of the pool, which may rest within a transaction meanwhile. @param log told once when somebody is in the way for long */
export async function migrate(dataSource: DataSource, log?: (message: string) => void): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('set idle_in_transaction_session_timeout = 0');
    await runner.query(`set lock_timeout = ${LOCK_MS}`);
    for (let tries = 1; !(await passed(dataSource, runner)); tries += 1) {
      if (tries === 3) log?.('a migration waits for a transaction that holds a table, such as a backup; the start waits for it');
      await sleep(PASSING_MS);
    }
    await runner.query('reset lock_timeout');
    await runner.query('reset idle_in_transaction_session_timeout');
  } finally {
    await runner.release();
  }
}

/** @returns false when somebody was in the way */
async function passed(dataSource: DataSource, runner: QueryRunner): Promise<boolean> {
  const executor = new MigrationExecutor(dataSource, runner);
  executor.transaction = 'each';
  try {
    await executor.executePendingMigrations();
    return true;
  } catch (error) {
    if (IN_THE_WAY.has((error as { code?: string }).code ?? '')) return false;
    throw error;
  }
}
