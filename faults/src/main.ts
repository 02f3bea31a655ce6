/**
 * `npm run test:faults [-- <scenario>…] [--short] [--list]`: plays faults one after the other on servers of its own and
 * prints what came of each. A seed decides all that is left to chance; SEED=… plays a run again.
 */
import 'reflect-metadata';

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { newSeed } from './random.js';
import { play, type Report, type Scenario } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';
import { SHORT } from './scenarios/short.js';
import { ownServers } from './system/servers.js';
import { stopAllSystems } from './system/system.js';

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const flags = new Set(process.argv.slice(2).filter((argument) => argument.startsWith('--')));

if (flags.has('--list')) {
  for (const { name, fault } of SCENARIOS) process.stdout.write(`${name.padEnd(32)} ${fault}\n`);
} else {
  process.exitCode = await run(chosen());
}

function chosen(): readonly Scenario[] {
  if (flags.has('--short')) return SHORT;
  if (wanted.length === 0) return SCENARIOS;
  const found = wanted.flatMap((name) => SCENARIOS.filter((scenario) => scenario.name === name || (name.endsWith('*') && scenario.name.startsWith(name.slice(0, -1)))));
  if (found.length === 0) throw new Error(`There is no scenario "${wanted.join('", "')}"; --list tells those that there are.`);
  return found;
}

async function run(scenarios: readonly Scenario[]): Promise<number> {
  const seed = process.env.SEED === undefined ? newSeed() : Number(process.env.SEED);
  process.stdout.write(`seed ${seed}\n`);
  const servers = await ownServers();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { void stopAllSystems().then(() => servers.stop()).finally(() => process.exit(130)); });
  let failed = 0;
  try {
    for (const scenario of scenarios) {
      const report = await play(scenario, servers, seed, flags.has('--short')).catch((error: unknown) => brokenRun(scenario, seed, error));
      tell(report);
      if (report.problems.length > 0) failed += 1;
    }
  } finally {
    await servers.stop();
  }
  process.stdout.write(`\n${scenarios.length - failed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
}

function brokenRun({ name }: Scenario, seed: number, error: unknown): Report {
  return { scenario: name, seed, problems: [`the run broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`], logs: {}, figures: { accepted: 0, missing: 0, duplicates: 0, ambiguous: 0, settledAfter: 0, seconds: 0 } };
}

function tell({ scenario, seed, problems, figures, logs }: Report): void {
  const { accepted, missing, duplicates, ambiguous, settledAfter, seconds } = figures;
  const verdict = problems.length === 0 ? 'ok    ' : 'FAILED';
  process.stdout.write(`${verdict} ${scenario.padEnd(32)} accepted ${accepted}, missing ${missing}, duplicates ${duplicates}, unknown answers ${ambiguous}, at rest after ${settledAfter.toFixed(1)} s, ${seconds.toFixed(0)} s in all\n`);
  for (const problem of problems) process.stdout.write(`       ${problem}\n`);
  if (problems.length === 0) return;
  process.stdout.write(`       again: SEED=${seed} npm run test:faults -- ${scenario}\n`);
  if (Object.keys(logs).length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), `tocsin-faults-${scenario}-`));
  for (const [name, text] of Object.entries(logs)) writeFileSync(join(folder, `${name}.log`), text);
  process.stdout.write(`       logs: ${folder}\n`);
}
