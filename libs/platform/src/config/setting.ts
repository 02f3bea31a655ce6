/**
 * Settings: one validated class per process, read once at start-up. Every field says in a sentence what it is for; all
 * that is wrong is told at once. `NAME_FILE` names a file that holds the value of NAME, for mounted secrets.
 */
import 'reflect-metadata';

import { readFileSync } from 'node:fs';

import { validateSync } from 'class-validator';

export interface SettingInfo {
  name: string;
  description: string;
  secret: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const SETTINGS = Symbol('settings');

/** Marks a field as a setting of the same name; its default is the field's initial value. */
export function Setting(description: string, options: { secret?: boolean } = {}): PropertyDecorator {
  return (target, property) => {
    const known = (Reflect.getMetadata(SETTINGS, target) ?? []) as SettingInfo[];
    const info = { name: String(property), description, secret: options.secret ?? false };
    Reflect.defineMetadata(SETTINGS, [...known.filter((setting) => setting.name !== info.name), info], target);
  };
}

/** The settings of a class, inherited ones first. */
export function settingsOf(config: new () => object): readonly SettingInfo[] {
  return (Reflect.getMetadata(SETTINGS, config.prototype as object) ?? []) as SettingInfo[];
}

/** What is wrong with the environment, one sentence each. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads and checks the settings of `config` from `environment`. An empty variable counts as not set.
 * @param needed settings that may be left out elsewhere and not here, by name, and what is said where one is
 * @throws ConfigError naming every setting that is wrong
 */
export function loadConfig<T extends object>(config: new () => T, environment: Environment, needed: Readonly<Record<string, string>> = {}): T {
  const loaded = new config();
  const problems: string[] = [];
  for (const { name } of settingsOf(config)) {
    try {
      const text = rawValue(name, environment);
      if (text !== undefined) Object.assign(loaded, { [name]: parse(text, typeOf(loaded, name)) });
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const { property, constraints } of validateSync(loaded, { forbidUnknownValues: false })) {
    problems.push(`${property}: ${Object.values(constraints ?? {}).join('; ')}`);
  }
  for (const [name, missing] of Object.entries(needed)) if ((loaded as Record<string, unknown>)[name] === undefined) problems.push(`${name}: ${missing}`);
  if (problems.length > 0) throw new ConfigError(problems);
  return loaded;
}

function rawValue(name: string, environment: Environment): string | undefined {
  const value = environment[name];
  if (value !== undefined && value.trim() !== '') return value.trim();
  const file = environment[`${name}_FILE`];
  if (file === undefined || file.trim() === '') return undefined;
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    throw new Error(`the file that ${name}_FILE names cannot be read: ${file}`);
  }
}

/** The type of a setting: of its default, and where it has none, as it is declared. */
function typeOf(config: object, name: string): unknown {
  const initial: unknown = (config as Record<string, unknown>)[name];
  return initial === undefined ? Reflect.getMetadata('design:type', config, name) : (initial as object).constructor;
}

function parse(text: string, type: unknown): unknown {
  if (type === Number) {
    const number = Number(text);
    if (Number.isNaN(number)) throw new Error(`"${text}" is not a number`);
    return number;
  }
  if (type === Boolean) {
    if (!['true', 'false', '1', '0'].includes(text)) throw new Error(`"${text}" is neither true nor false`);
    return text === 'true' || text === '1';
  }
  return text;
}
