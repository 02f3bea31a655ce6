/**
 * Benches are commands and not tests; this one sees to it that they still run, by three that use between them all that benches
 * are made of. Its numbers are tiny and its figures mean nothing.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { hasTestBroker, ROOT, testBrokerUrl, testServerUrl } from '@tocsin/testing';

import type { Report } from './report.js';

const SMOKED = ['throughput', 'hot-channel', 'directory'];
const CONTENDERS = ['Tocsin', 'bare consumer', 'plain Nest'];
const WITH_CAREFUL = [...CONTENDERS, 'careful Nest'];

const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
let child: ChildProcess | undefined;
let output = '';
let code: unknown;
let result: { machine: string; reports: Report[] };

async function bench(...args: string[]): Promise<void> {
  const env = { ...process.env, NODE_OPTIONS: '', TEST_DATABASE_URL: testServerUrl(), TEST_AMQP_URL: testBrokerUrl() };
  const started = spawn(process.execPath, ['bench/dist/main.js', ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  child = started;
  output = '';
  for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  [code] = (await once(started, 'exit')) as unknown[];
}

/** The number in the cell of a table. */
function cell(report: string, row: string, column: string): number {
  const found = result.reports.find(({ name }) => name.startsWith(report));
  const cells = found?.rows.find(({ name }) => name.startsWith(row))?.cells;
  return Number.parseFloat(cells?.[found?.columns.indexOf(column) ?? -1]?.replaceAll(',', '') ?? '');
}

(hasTestBroker() ? describe : describe.skip)('npm run bench', () => {
  beforeAll(async () => {
    const file = join(folder, 'figures.json');
    await bench(...SMOKED, '--smoke', '--json', file);
    if (code !== 0) throw new Error(`the benches broke:\n${output}`);
    result = JSON.parse(readFileSync(file, 'utf8')) as typeof result;
  }, 500_000); // half a minute where nothing else runs

  afterAll(() => {
    child?.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  test('says what it ran on', () => {
    expect(result.machine).toMatch(/Node \d+.*PostgreSQL \d+.*RabbitMQ \d+/);
  });

  test.each([['throughput', WITH_CAREFUL], ['hot-channel', CONTENDERS]])('%s prints our figure beside those of the baselines, with the settings of each and its goals', (name, contenders) => {
    const report = result.reports.find((one) => one.name.startsWith(name));
    const of = (list: { name: string }[] = []): string[] => list.map((one) => one.name.replace(/( ×|,).*/, ''));
    expect(new Set(of(report?.rows))).toEqual(new Set(contenders));
    expect(of(report?.settings)).toEqual(contenders);
    expect(Object.keys(report?.settings[0]?.settings ?? {})).toEqual(expect.arrayContaining(['SLACK_CHANNEL_INTERVAL_MS', 'SLACK_WORKSPACE_RATE', 'DIGEST_AFTER_SECONDS']));
    for (const { text, met } of report?.goals ?? []) expect(output).toMatch(new RegExp(`goal ${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}: .* ${met ? 'met' : 'not met'}\n`));
    expect(report?.goals.length).toBeGreaterThan(0);
  });

  test('figures are measured: something was posted by each in every bench', () => {
    for (const [report, column, rows] of [['throughput', 'messages/s', WITH_CAREFUL], ['hot-channel', 'hot', CONTENDERS]] as const) {
      for (const row of rows) expect([report, row, cell(report, row, column) > 0]).toEqual([report, row, true]);
    }
  });

  test('directory prints how long a pick takes, what the sync took beside what the tier allows, memory and database, and its goals', () => {
    const report = result.reports.find(({ name }) => name === 'directory');
    expect(report?.columns).toEqual(['people', 'cold', 'during', 'after', 'pickable', 'sync', 'tier', '429', 'RSS +MB', 'database MB']);
    expect(report?.goals.map(({ text }) => text)).toEqual(expect.arrayContaining(['p99 of a pick after the sync, ms ≤ 20', 'p99 of a pick during the sync, ms ≤ 30', 'memory that notifier grew by, MB ≤ 60', 'database, MB ≤ 150']));
    for (const column of ['after', 'pickable', 'sync', 'database MB']) expect([column, cell('directory', 'Tocsin', column) > 0]).toEqual([column, true]);
  });

  test('a name that is no bench is told with those that are', async () => {
    await bench('speed');
    expect(code).toBe(1);
    expect(output).toBe('There is no bench speed. There are: throughput, pacing, hot-channel, big-workspace, burst, latency, directory.\n');
  }, 60_000);
});
