/** Finds the rule of a result, however the tool refers to it, and what the rule says of severity. */
import type { Severity } from '@tocsin/domain';

import { list, number, object, text, type Json } from './values.js';

export interface ToolRules {
  driver: Json[];
  /** Rules of each extension, in the order of `tool.extensions`. */
  extensions: Json[][];
  byId: ReadonlyMap<string, Json>;
}

/** The rules of a tool and its extensions; of two with one id the first counts. */
export function rulesOf(tool: Json): ToolRules {
  const driver = list(object(tool.driver).rules).map(object);
  const extensions = list(tool.extensions).map((extension) => list(object(extension).rules).map(object));
  const byId = new Map<string, Json>();
  for (const rule of [...driver, ...extensions.flat()]) {
    const id = text(rule.id);
    if (id !== undefined && !byId.has(id)) byId.set(id, rule);
  }
  return { driver, extensions, byId };
}

/** SARIF 2.1.0, 3.52: by component and index, by index, by id; an id `a/b` that has no rule of its own belongs to `a`. */
export function ruleOf(result: Json, { driver, extensions, byId }: ToolRules): { id: string | undefined; rule: Json } {
  const reference = object(result.rule);
  const component = number(object(reference.toolComponent).index);
  const index = number(reference.index) ?? number(result.ruleIndex);
  const byIndex = index === undefined || index < 0 ? undefined : (component === undefined ? driver : (extensions[component] ?? []))[index];
  const id = text(result.ruleId) ?? text(reference.id) ?? text(byIndex?.id);
  return { id, rule: byIndex ?? (id === undefined ? {} : (byId.get(id) ?? byId.get(id.split('/')[0] ?? '') ?? {})) };
}

const LEVELS: Record<string, Severity> = { error: 'high', warning: 'medium', note: 'low', none: 'info' };

/** The rule's CVSS-like score before the level, since tools that give both mean the score. */
export function severityOf(result: Json, rule: Json): Severity {
  const score = scoreOf(rule);
  if (score !== undefined && score > 0) return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
  const level = text(result.level) ?? text(object(rule.defaultConfiguration).level) ?? 'warning';
  return Object.hasOwn(LEVELS, level) ? (LEVELS[level] ?? 'medium') : 'medium';
}

/** `security-severity`: 0 to 10. */
export function scoreOf(rule: Json): number | undefined {
  const score = number(object(rule.properties)['security-severity']);
  return score !== undefined && score >= 0 && score <= 10 ? score : undefined;
}
