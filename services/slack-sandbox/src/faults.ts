/**
 * Faults that a test asks for. The first fault that fits a request is used; chance comes from a generator with a fixed seed, so
 * that a run can be repeated. A fault keeps the request from having any effect, unless it says `lost: "after"` or only delays
 * or cuts the answer.
 */

export interface Fault {
  method?: string;
  /** Id or name. */
  channel?: string;
  /** Id, name or domain. */
  workspace?: string;
  probability?: number;
  /** How many requests it hits before it is used up; unset = all. */
  times?: number;
  latencyMs?: number;
  status?: number;
  error?: string;
  /** Seconds, or a text that is sent as it is. */
  retryAfter?: number | string;
  /** The connection breaks `before` or `after` the request had its effect; with a status, error or body, that is the answer. */
  lost?: 'before' | 'after';
  /** Never answers. */
  hang?: boolean;
  /** The connection breaks in the middle of the answer. */
  cut?: boolean;
  /** Bytes that Content-Length promises beyond those that come; negative = too few. */
  lengthOff?: number;
  /** Sent as it is: text as HTML, anything else as JSON. */
  body?: unknown;
}

/** What a request is known by when a fault is looked for: every name that its channel and workspace go by. */
export interface Target {
  method: string;
  channels: readonly string[];
  workspaces: readonly string[];
}

/** Whether the fault is meant for a request; what it does not name may be anything. */
export function fits(fault: Fault, target: Target): boolean {
  const among = (wanted: string | undefined, names: readonly string[]): boolean =>
    wanted === undefined || names.includes(wanted.replace(/^#/, ''));
  return (fault.method === undefined || fault.method === target.method)
    && among(fault.channel, target.channels) && among(fault.workspace, target.workspaces);
}

/** Whether the fault says anything of its own in place of the method's answer. */
export function replacesAnswer(fault: Fault): boolean {
  return fault.status !== undefined || fault.error !== undefined || fault.body !== undefined || fault.retryAfter !== undefined;
}

/** Whether it would be noticed at all. */
export function doesSomething(fault: Fault): boolean {
  return replacesAnswer(fault) || fault.lost !== undefined || fault.hang === true || fault.cut === true || fault.lengthOff !== undefined || fault.latencyMs !== undefined;
}

/** Whether the method runs although the fault strikes. */
export function hasEffect(fault: Fault): boolean {
  if (fault.lost !== undefined) return fault.lost === 'after';
  return fault.hang !== true && !replacesAnswer(fault);
}

const SEED = 0x70c51;

export class Faults {
  private faults: Fault[] = [];
  private random = generator(SEED);

  add(fault: Fault): void {
    this.faults.push({ ...fault });
  }

  list(): readonly Fault[] {
    return this.faults;
  }

  reset(): void {
    this.faults = [];
    this.random = generator(SEED);
  }

  /** The fault that strikes this request, counted as used. */
  strike(target: Target): Fault | undefined {
    for (const fault of this.faults) {
      if (fault.times === 0 || !fits(fault, target)) continue;
      if (this.random() >= (fault.probability ?? 1)) continue;
      if (fault.times !== undefined) fault.times -= 1;
      return fault;
    }
    return undefined;
  }
}

/** A linear congruential generator: numbers in [0, 1), the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
