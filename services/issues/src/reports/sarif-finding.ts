/** One SARIF result as a finding. */
import { createHash } from 'node:crypto';

import { categoryOf, fingerprintOf } from '@tocsin/domain';

import type { Finding } from './report.js';
import { locationOf, snippetOf } from './sarif-location.js';
import { ruleOf, scoreOf, severityOf, type ToolRules } from './sarif-rule.js';
import { messageOf, titleOf } from './sarif-text.js';
import { atMost, identifiers, list, number, object, text, texts, type Json } from './values.js';

const TEXT_MAX = 20_000;
const TITLE_MAX = 1000;
const TAGS_MAX = 20;

export interface SarifContext {
  tool: string;
  run: Json;
  rules: ToolRules;
  /** How often the same identity has come up in this run. */
  seen: Map<string, number>;
}

/** Not `pass`, `notApplicable`, `informational` … (3.27.9). */
function isProblem(result: Json): boolean {
  return (text(result.kind) ?? 'fail') === 'fail';
}

/** Undefined for a result that is no problem. */
export function findingOf(result: Json, context: SarifContext): Finding | undefined {
  if (!isProblem(result)) return undefined;
  const { id, rule } = ruleOf(result, context.rules);
  const message = messageOf(result, rule, object(object(object(context.run.tool).driver).globalMessageStrings));
  const location = locationOf(result, context.run);
  const tags = [...new Set([...texts(object(rule.properties).tags), ...texts(object(result.properties).tags)])].slice(0, TAGS_MAX);
  const cves = identifiers('CVE', [id, ...tags, text(rule.name), text(object(rule.shortDescription).text)]);
  const cwes = cwesOf(result, rule, tags);
  const score = scoreOf(rule);
  const description = atMost(TEXT_MAX, message ?? text(object(rule.fullDescription).text));
  const recommendation = atMost(TEXT_MAX, text(object(rule.help).text));
  const url = text(rule.helpUri);
  return {
    fingerprint: identityOf(result, id ?? '', location?.path ?? '', message ?? '', context),
    title: atMost(TITLE_MAX, titleOf(rule, id, message)) ?? '',
    severity: severityOf(result, rule),
    category: categoryOf({ cwes, tags, rule: id, tool: context.tool, cves }),
    ...(id !== undefined && { rule: atMost(500, id) as string }),
    ...(location && { location }),
    cves,
    cwes,
    ...(score !== undefined && { cvss: score }),
    owners: [],
    tags,
    ...(description !== undefined && { description }),
    ...(recommendation !== undefined && { recommendation }),
    ...(url !== undefined && /^https?:\/\//i.test(url) && url.length <= 3000 && { url }),
    status: isDismissed(result) ? 'excluded' : 'open',
    ...baselineOf(result),
  };
}

/** The source's own identity first; where that names several results they are told apart by their order. */
function identityOf(result: Json, rule: string, path: string, message: string, { tool, seen }: SarifContext): string {
  const base = givenFingerprint(result, rule, path) ?? fingerprintOf({ tool, rule, path, content: snippetOf(result) ?? message, ordinal: 0 }, sha256);
  const ordinal = seen.get(base) ?? 0;
  seen.set(base, ordinal + 1);
  return ordinal === 0 ? base : fingerprintOf({ tool, rule, path, content: base, ordinal }, sha256);
}

function givenFingerprint(result: Json, rule: string, path: string): string | undefined {
  const own = Object.entries(object(result.fingerprints)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}:${text(value) ?? ''}`);
  const usable = own.filter((entry) => !/:(?:requires login)?$/i.test(entry));
  if (usable.length > 0) return sha256([rule, path, ...usable].join('\u0000'));
  const line = text(object(result.partialFingerprints).primaryLocationLineHash);
  return line === undefined ? undefined : sha256([rule, path, line].join('\u0000'));
}

function sha256(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

function cwesOf(result: Json, rule: Json, tags: readonly string[]): string[] {
  const taxa = list(result.taxa).map(object).filter((taxon) => /cwe/i.test(text(object(taxon.toolComponent).name) ?? '')).map((taxon) => `CWE-${text(taxon.id) ?? ''}`);
  const relations = list(rule.relationships).map((relation) => object(object(relation).target)).filter((target) => /cwe/i.test(text(object(target.toolComponent).name) ?? '')).map((target) => `CWE-${text(target.id) ?? ''}`);
  const properties = object(rule.properties);
  return identifiers('CWE', [...tags.map((tag) => tag.replace(/^external\/cwe\//i, '')), ...taxa, ...relations, text(properties.cwe), ...texts(properties.cwe)]);
}

/** Dismissed when every word on it says so: a suppression under review or rejected leaves it open (3.27.23, 3.35). */
function isDismissed(result: Json): boolean {
  const words = list(result.suppressions).map((suppression) => text(object(suppression).status) ?? 'accepted');
  return words.length > 0 && words.every((word) => word === 'accepted');
}

function baselineOf(result: Json): Pick<Finding, 'baselineState'> {
  const state = text(result.baselineState);
  return state === 'new' || state === 'unchanged' || state === 'updated' || state === 'absent' ? { baselineState: state } : {};
}

/** Most urgent first, what is no problem last, for a run that is cut at a limit. */
export function rankOf(result: Json, rules: ToolRules): number {
  if (!isProblem(result)) return Number.MAX_SAFE_INTEGER;
  const { rule } = ruleOf(result, rules);
  return ['critical', 'high', 'medium', 'low', 'info'].indexOf(severityOf(result, rule)) - (number(result.rank) ?? 0) / 1000;
}
