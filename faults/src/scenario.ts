/** One fault as a story: what is broken, how, and what must hold afterwards beside the invariants. */
import type { Allowances } from './invariants.js';
import { violations } from './invariants.js';
import type { Facts } from './ledgers.js';
import { Random } from './random.js';
import type { LoadPlan } from './system/load.js';
import type { Servers } from './system/servers.js';
import { System } from './system/system.js';

export interface Scenario<Struck = unknown> {
  name: string;
  /** What is broken, and how. */
  fault: string;
  /** What must hold beside the invariants, in a sentence. */
  holds?: string;
  /** Strikes a server that must be the suite's own. */
  strikesServers?: boolean;
  settings?: Record<string, string>;
  load?: Partial<LoadPlan>;
  /** Runs while the load is sent; the system's `random` decides what is left to chance. What it returns is for `judge`. */
  strike: (system: System) => Promise<Struck>;
  allowances?: Allowances;
  /** Sentences on what does not hold. */
  judge?(facts: Facts, struck: Struck, system: System): string[] | Promise<string[]>;
}

export interface Report {
  scenario: string;
  seed: number;
  problems: string[];
  /** What every process printed, when something was wrong. */
  logs: Record<string, string>;
  figures: Figures;
}

export interface Figures {
  accepted: number;
  missing: number;
  duplicates: number;
  ambiguous: number;
  /** Seconds from the end of the fault and the load to rest. */
  settledAfter: number;
  seconds: number;
}

export const LOAD: LoadPlan = { byHand: 40, commands: 240, seconds: 5 };
/** For scenarios that send for themselves. */
export const NONE: LoadPlan = { byHand: 0, commands: 0, seconds: 0 };
/** From the end of fault and load until the system rests. What a crowded machine may need; a quiet one needs a quarter of it. */
const PATIENCE_MS = 120_000;

export async function play(scenario: Scenario, servers: Servers, seed: number, hurried = false): Promise<Report> {
  const startedAt = performance.now();
  const random = Random.of(seed, scenario.name);
  const { settings } = scenario;
  const system = await System.start(servers, { name: `${scenario.name}-${seed}`, random, hurried, ...(settings && { settings }) });
  try {
    const sending = system.load.send({ ...LOAD, ...scenario.load });
    const [struck] = await Promise.all([scenario.strike(system), sending]);
    const calmAt = performance.now();
    const facts = await system.atRest(scenario.allowances ?? {}, PATIENCE_MS);
    const settledAfter = (performance.now() - calmAt) / 1000;
    const problems = [
      ...violations(facts, scenario.allowances).map(({ invariant, text, ids }) => `${invariant}: ${ids.length > 0 ? `${ids.length} ` : ''}${text} ${ids.slice(0, 5).join(', ')}`),
      ...system.load.refusals.slice(0, 5).map((refusal) => `a send was refused: ${refusal}`),
      ...system.crashes.map((crash) => `a process ended: ${crash}`),
      ...((await scenario.judge?.(facts, struck, system)) ?? []),
    ];
    const figures = { ...figuresOf(facts), settledAfter, seconds: (performance.now() - startedAt) / 1000 };
    return { scenario: scenario.name, seed, problems, figures, logs: problems.length > 0 ? system.logs() : {} };
  } finally {
    await system.stop();
  }
}

export function figuresOf({ accepted, deliveries, posts }: Facts): Omit<Figures, 'settledAfter' | 'seconds'> {
  const there = new Set(posts.map(({ id }) => id));
  const rows = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  return {
    accepted: accepted.length,
    missing: accepted.filter(({ id }) => rows.get(id)?.state === 'posted' && !there.has(rows.get(id)?.digestId ?? id)).length + accepted.filter(({ id }) => !rows.has(id)).length,
    duplicates: posts.length - there.size,
    ambiguous: deliveries.reduce((sum, { ambiguous }) => sum + ambiguous, 0),
  };
}
