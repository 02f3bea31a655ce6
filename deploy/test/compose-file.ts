/** docker-compose.yml as Compose reads it: merged, with the variables of an environment put in. */
import { readFileSync } from 'node:fs';

import { parse } from 'yaml';

export interface ComposeService {
  image: string;
  command?: string[];
  environment: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  profiles?: string[];
  depends_on?: string[] | Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  post_start?: { user: string; command: string[] }[];
  read_only?: boolean;
  cap_drop?: string[];
}

type Raw = Omit<ComposeService, 'environment'> & { environment?: Record<string, string | number | null> };

const FILE = new URL('../../docker-compose.yml', import.meta.url);

/** @throws Error that names a variable which must be set and is not */
export function readCompose(environment: Record<string, string>): Record<string, ComposeService> {
  const { services } = parse(readFileSync(FILE, 'utf8'), { merge: true }) as { services: Record<string, Raw> };
  return Object.fromEntries(Object.entries(services).map(([name, service]) => [name, { ...fill(service, environment), environment: environmentOf(service, environment) }]));
}

/** A name without a value is passed on when it is set, and is not there when it is not. */
function environmentOf(service: Raw, environment: Record<string, string>): Record<string, string> {
  const named = Object.entries(service.environment ?? {});
  return Object.fromEntries(named.flatMap(([name, value]) => {
    const filled = value === null ? environment[name] : interpolate(String(value), environment);
    return filled === undefined ? [] : [[name, filled]];
  }));
}

function fill<T>(value: T, environment: Record<string, string>): T {
  if (typeof value === 'string') return interpolate(value, environment) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => fill(item, environment)) as T;
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item as unknown, environment)])) as T;
  return value;
}

/** `${NAME}`, `${NAME:-otherwise}` (which may hold another one), `${NAME:?what to do}`; `$$` is a dollar. */
function interpolate(text: string, environment: Record<string, string>): string {
  const pattern = /\$\$|\$\{([A-Z_]+)(?::([-?])((?:[^{}$]|\$\$|\$\{[^{}]*\})*))?\}/g;
  return text.replace(pattern, (whole, name: string | undefined, kind: string | undefined, rest = '') => {
    if (name === undefined) return whole.slice(1);
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    if (kind === '?') throw new Error(`${name}: ${String(rest)}`);
    return interpolate(String(rest), environment);
  });
}
