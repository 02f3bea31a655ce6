/** What the control endpoints take. Every field is checked and an unknown one is refused, so that a misspelt fault cannot pass for none. */

export type Rule = 'text' | 'count' | 'amount' | 'chance' | 'factor' | 'flag' | 'status' | 'wait' | 'lost' | 'offset' | 'anything';

const RULES: Readonly<Record<Rule, { means: string; holds: (value: unknown) => boolean }>> = {
  text: { means: 'must be a non-empty string', holds: (value) => typeof value === 'string' && value !== '' },
  count: { means: 'must be a whole number from 0 to 200000', holds: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 200_000 },
  amount: { means: 'must be a number from 0', holds: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0 },
  factor: { means: 'must be a number above 0', holds: (value) => typeof value === 'number' && Number.isFinite(value) && value > 0 },
  chance: { means: 'must be a number from 0 to 1', holds: (value) => typeof value === 'number' && value >= 0 && value <= 1 },
  flag: { means: 'must be true or false', holds: (value) => typeof value === 'boolean' },
  status: { means: 'must be an HTTP status from 200 to 599', holds: (value) => Number.isInteger(value) && (value as number) >= 200 && (value as number) <= 599 },
  wait: { means: 'must be a whole number of seconds, or a text to be sent as it is', holds: (value) => (typeof value === 'string' && /^[ -~]*$/.test(value)) || (Number.isInteger(value) && (value as number) >= 0) },
  lost: { means: 'must be "before" or "after"', holds: (value) => value === 'before' || value === 'after' },
  offset: { means: 'must be a whole number from -10000 to 10000', holds: (value) => Number.isInteger(value) && Math.abs(value as number) <= 10_000 },
  anything: { means: '', holds: () => true },
};

export const FAULT = {
  method: 'text', channel: 'text', workspace: 'text', probability: 'chance', times: 'count', latencyMs: 'count', status: 'status', error: 'text',
  retryAfter: 'wait', lost: 'lost', hang: 'flag', cut: 'flag', lengthOff: 'offset', body: 'anything', reset: 'flag',
} as const satisfies Record<string, Rule>;

export const LIMITS = { channelRate: 'amount', channelBurst: 'amount', tiers: 'flag', timeScale: 'factor' } as const satisfies Record<string, Rule>;

export const DIRECTORY = { channels: 'count', people: 'count', workspace: 'text' } as const satisfies Record<string, Rule>;

export const CHANNEL = { id: 'text', name: 'text', archived: 'flag', rename: 'text', shared: 'flag', private: 'flag', member: 'flag' } as const satisfies Record<string, Rule>;

export const TOKEN = { token: 'text', state: 'text', revoked: 'flag' } as const satisfies Record<string, Rule>;

export const APPROVAL = { required: 'flag' } as const satisfies Record<string, Rule>;

export const ROTATION = { enabled: 'flag', expiresIn: 'count' } as const satisfies Record<string, Rule>;

export const NOTHING = {} as const satisfies Record<string, Rule>;

/** One sentence on the first thing that is wrong with a body, or undefined. */
export function wrongBody(body: unknown, shape: Readonly<Record<string, Rule>>): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'The body must be a JSON object.';
  for (const [name, value] of Object.entries(body)) {
    const rule = shape[name];
    if (rule === undefined) return `Unknown field "${name}"; known are: ${Object.keys(shape).join(', ') || 'none'}.`;
    if (!RULES[rule].holds(value)) return `Field "${name}" ${RULES[rule].means}.`;
  }
  return undefined;
}
