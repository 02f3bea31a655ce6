/**
 * `npm run bench [names] -- [--smoke] [--rounds n] [--scale n] [--alone] [--set NAME=VALUE]… [--json file]`: runs benches one after the other and prints
 * their figures. It ends with 0 also when a goal is missed, and with 1 when something broke or a message was lost.
 */
import 'reflect-metadata';

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import type { Bench } from './bench.js';
import { bigWorkspace } from './benches/big-workspace.js';
import { burst } from './benches/burst.js';
import { directory } from './benches/directory.js';
import { hotChannel } from './benches/hot-channel.js';
import { latency } from './benches/latency.js';
import { pacing } from './benches/pacing.js';
import { throughput } from './benches/throughput.js';
import { stopAll } from './contenders/contender.js';
import { describeMachine } from './machine.js';
import { showReport, type Report } from './report.js';

const BENCHES: Readonly<Record<string, Bench>> = { throughput, pacing, 'hot-channel': hotChannel, 'big-workspace': bigWorkspace, burst, latency, directory };

const { values, positionals } = asked();

const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.\n`);
  process.exit(1);
}

const { smoke, alone } = values;
const rounds = Number(values.rounds ?? (smoke ? 1 : 3));
const settings = Object.fromEntries(values.set.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
const reports: Report[] = [];
let broken = 0;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stopAll().finally(() => process.exit(130)));

const machine = await describeMachine();
process.stdout.write(`${machine}\n`);
const left = [...names];
await Promise.all(Array.from({ length: smoke ? 2 : 1 }, runInTurn)); // two at once where nobody reads the figures
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine, reports }, null, 2)}\n`);
process.exitCode = broken > 0 ? 1 : 0;

/** @returns what the command line asks for; ends the process where it cannot be read */
function asked(): ReturnType<typeof parse> {
  try {
    return parse();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nbench/README.md names the options.\n`);
    process.exit(1);
  }
}

function parse() {
  return parseArgs({
    allowPositionals: true,
    options: {
      smoke: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      scale: { type: 'string', default: '1' },
      alone: { type: 'boolean', default: false },
      set: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  });
}

async function runInTurn(): Promise<void> {
  for (let name = left.shift(); name !== undefined; name = left.shift()) await run(name);
}

async function run(name: string): Promise<void> {
  const tell = (line: string): void => void process.stderr.write(`${name}: ${line}\n`);
  try {
    for (const report of (await BENCHES[name]?.({ smoke, rounds, scale: Number(values.scale), alone, settings, tell })) ?? []) {
      process.stdout.write(showReport(report));
      reports.push(report);
    }
  } catch (error) {
    broken += 1;
    process.stdout.write(`\n${name} broke: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
