/** What is watched while the system runs for long: memory, the time that claims take, sizes of tables. */
import { readFileSync } from 'node:fs';

import { SLOW_MS } from './system/own-postgres.js';
import type { System } from './system/system.js';

const WATCHED_TABLES = ['lanes', 'outbox', 'budgets', 'breakers', 'deliveries', 'timeline'];
/** Tables that hold what is going on and not what was; they must not grow with what was sent. */
const BOUNDED_TABLES = ['lanes', 'outbox', 'budgets', 'breakers'];
const BOUND_MB = 20;
const MEMORY_MB = 250;
const MB = 1024 * 1024;

interface Sample {
  memory: Record<string, number>;
  tables: Record<string, number>;
}

export class SoakFigures {
  private readonly samples: Sample[] = [];
  private claims = 0;
  private lastClaims = 0;

  constructor(private readonly system: System) {}

  /** Takes a sample; one that a fault makes impossible is left out. */
  async sample(): Promise<void> {
    try {
      const { system } = this;
      const memory = Object.fromEntries([system.issues, system.notifier].filter(({ isRunning }) => isRunning).map(({ name, pid }) => [name, residentMb(pid)]));
      this.samples.push({ memory, tables: await this.tables() });
      await this.countClaims();
    } catch {
      // the database is away
    }
  }

  /** Sentences on what does not hold. */
  problems(): string[] {
    const { slow, share } = this.slowClaims();
    const last = this.samples.at(-1)?.tables ?? {};
    return [
      ...['issues', 'notifier'].flatMap((service) => this.memoryProblems(service)),
      ...(share > 0.01 ? [`${slow} of ${this.claims} claims took longer than ${SLOW_MS} ms: the 99th percentile is above it`] : []),
      ...BOUNDED_TABLES.filter((table) => (last[table] ?? 0) > BOUND_MB).map((table) => `the table ${table} has grown to ${last[table]?.toFixed(0) ?? ''} MB`),
    ];
  }

  told(): string {
    const { slow } = this.slowClaims();
    const last = this.samples.at(-1)?.tables ?? {};
    const memory = ['issues', 'notifier'].map((service) => `${service} ${this.peak(service, 0, 1 / 3).toFixed(0)} MB at most in the first third, ${this.peak(service, 2 / 3, 1).toFixed(0)} MB in the last`).join('; ');
    return `memory: ${memory}\nclaims: ${this.claims}, of them ${slow} longer than ${SLOW_MS} ms\ntables, MB: ${Object.entries(last).map(([name, mb]) => `${name} ${mb.toFixed(1)}`).join(', ')}`;
  }

  private memoryProblems(service: string): string[] {
    const [first, last] = [this.peak(service, 0, 1 / 3), this.peak(service, 2 / 3, 1)];
    return [
      ...(last > MEMORY_MB ? [`${service} takes ${last.toFixed(0)} MB`] : []),
      ...(last > first * 1.3 + 20 ? [`${service} grows: ${first.toFixed(0)} MB at most in the first third, ${last.toFixed(0)} MB in the last`] : []),
    ];
  }

  private peak(service: string, from: number, to: number): number {
    const part = this.samples.slice(Math.floor(this.samples.length * from), Math.ceil(this.samples.length * to));
    return Math.max(0, ...part.map(({ memory }) => memory[service] ?? 0));
  }

  private async tables(): Promise<Record<string, number>> {
    const rows = await this.system.query<{ name: string; bytes: number }>(
      `select relname as name, pg_total_relation_size(c.oid)::float8 as bytes from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'notifier' and relkind = 'r' and relname = any($1)`,
      [WATCHED_TABLES],
    );
    return Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes / MB]));
  }

  /** A crash of PostgreSQL empties its statistics. */
  private async countClaims(): Promise<void> {
    const [row] = await this.system.query<{ calls: number }>(`select coalesce(sum(calls), 0)::float8 as calls from pg_stat_user_functions where funcname = 'claim_deliveries'`);
    const calls = row?.calls ?? 0;
    this.claims += calls >= this.lastClaims ? calls - this.lastClaims : calls;
    this.lastClaims = calls;
  }

  private slowClaims(): { slow: number; share: number } {
    const slow = this.system.servers.postgres?.slowStatements('claim_deliveries') ?? 0;
    return { slow, share: slow / Math.max(1, this.claims) };
  }
}

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
