/** What a bench is, and what it may be told from outside. */
import type { Report } from './report.js';

export interface BenchOptions {
  /** Tiny numbers, to see that everything still works; the figures mean nothing. */
  smoke: boolean;
  /** How often what depends on the machine is repeated; the median counts. */
  rounds: number;
  /** What a full run sends, times this. */
  scale: number;
  /** Tocsin without those that it is measured against. */
  alone: boolean;
  /** Settings of notifier that win over the bench's own. */
  settings: Readonly<Record<string, string>>;
  /** One line about what is being done. */
  tell: (line: string) => void;
}

/** @throws Error when something broke or a message was lost */
export type Bench = (options: BenchOptions) => Promise<Report[]>;
