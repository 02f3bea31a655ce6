/** How a bench tells its figures: what was measured, with which settings, a table, and which goals are met. */
import type { Contender } from './contenders/contender.js';
import type { Spread } from './statistics.js';

export interface Report {
  name: string;
  /** What was measured, in sentences. */
  told: string[];
  /** Who ran with what. */
  settings: { name: string; settings: Readonly<Record<string, string>> }[];
  columns: string[];
  rows: { name: string; cells: string[] }[];
  goals: Goal[];
}

export interface Goal {
  text: string;
  measured: string;
  met: boolean;
}

export function settingsOf({ name, settings }: Pick<Contender, 'name' | 'settings'>): Report['settings'][number] {
  return { name, settings };
}

export function showReport({ name, told, settings, columns, rows, goals }: Report): string {
  const lines = [
    `\n${name}`,
    ...told.map((sentence) => `  ${sentence}`),
    ...settings.map((one) => `  ${one.name}: ${Object.entries(one.settings).map(([setting, value]) => `${setting}=${value}`).join(' ')}`),
    '',
    ...table([['', ...columns], ...rows.map((row) => [row.name, ...row.cells])]).map((line) => `  ${line}`),
    '',
    ...goals.map(({ text, measured, met }) => `  goal ${text}: ${measured} ${met ? 'met' : 'not met'}`),
  ];
  return `${lines.join('\n')}\n`;
}

function table(lines: string[][]): string[] {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd());
}

/** A number as people read it: as many digits as it deserves. */
export function figure(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** The median of several runs, and how far they lie apart. */
export function spread({ median, least, most }: Spread): string {
  return least === most ? figure(median) : `${figure(median)} (${figure(least)}–${figure(most)})`;
}

export function milliseconds(value: number): string {
  return `${value.toLocaleString('en-US', { maximumFractionDigits: 0 })} ms`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString('en-US', { maximumFractionDigits: 1 })} s`;
}

export function atLeast(text: string, value: number, limit: number): Goal {
  return { text: `${text} ≥ ${limit}`, measured: figure(value), met: value >= limit };
}

export function atMost(text: string, value: number, limit: number): Goal {
  return { text: `${text} ≤ ${limit}`, measured: figure(value), met: value <= limit };
}
