/** OCSF findings (class 2002 vulnerability, 2003 compliance, 2004 detection …): an object, an array or a line each. */
import { createHash } from 'node:crypto';

import { categoryOf, fingerprintOf, type Severity } from '@tocsin/domain';

import { parseJson, type ParsedJson } from './json-text.js';
import type { Finding, ReportReading, ReportRun } from './report.js';
import { atMost, identifiers, list, number, object, text, texts, type Json } from './values.js';

const FINDINGS_CATEGORY = 2;
const SEVERITIES: Record<number, Severity> = { 0: 'info', 1: 'info', 2: 'low', 3: 'medium', 4: 'high', 5: 'critical', 6: 'critical' };
/** Suppressed and resolved in the source. */
const SUPPRESSED = 3;
const RESOLVED = 4;
const FINDINGS_MAX = 25_000;

/** Whether the value, or the first of a list, bears one of OCSF’s class marks. */
export function looksLikeOcsf(value: unknown): boolean {
  const first = object(Array.isArray(value) ? value[0] : value);
  return number(first.class_uid) !== undefined || number(first.category_uid) !== undefined;
}

/** Findings that stand on a line each, or the place where that ends; undefined when that is not what the text is. */
export function parseOcsfLines(text: string): { ok: true; values: unknown[] } | Extract<ParsedJson, { ok: false }> | undefined {
  const values: unknown[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    if (values.length === 0 && line.length >= text.trimEnd().length) return undefined; // one line is the whole text, which was read already
    const parsed = parseJson(line);
    if (values.length === 0 && !(parsed.ok && looksLikeOcsf(parsed.value))) return undefined;
    if (!parsed.ok) return { ...parsed, line: index + 1 };
    values.push(parsed.value);
  }
  return values.length > 0 ? { ok: true, values } : undefined;
}

/** @returns a run for each product that reports; a refusal names the first event that is no finding */
export function readOcsf(events: readonly unknown[]): ReportReading {
  const wrong = events.findIndex((event) => !isFinding(object(event)));
  if (wrong >= 0) return { ok: false, status: 400, problem: { code: 'not_ocsf_finding', detail: `Item ${wrong + 1} is no OCSF finding: "category_uid" must be ${FINDINGS_CATEGORY} and "finding_info" must be there.`, pointer: `/${wrong}` } };
  if (events.length > FINDINGS_MAX) return { ok: false, status: 413, problem: { code: 'too_many_findings', detail: `The report holds ${events.length} findings; ${FINDINGS_MAX} may come in one.` } };
  const runs = new Map<string, ReportRun>();
  const seen = new Map<string, number>();
  const passed = events.filter((event) => /^pass$/i.test(text(object(event).status_code) ?? '')).length;
  for (const event of events.map(object)) {
    const tool = text(object(object(event.metadata).product).name) ?? 'OCSF';
    const run = runs.get(tool) ?? { tool, scope: '', successful: true, complete: true, findings: [] };
    runs.set(tool, run);
    const at = momentOf(event);
    if (at !== undefined && at > (run.endedAt ?? '')) run.endedAt = at;
    if (!/^pass$/i.test(text(event.status_code) ?? '')) run.findings.push(findingOf(event, tool, seen));
  }
  return { ok: true, format: 'ocsf', runs: [...runs.values()], dropped: passed > 0 ? [{ reason: 'checks that passed', count: passed }] : [], odd: [] };
}

/** OCSF's `time` is in milliseconds; some tools write seconds. */
function momentOf(event: Json): string | undefined {
  const moment = number(event.time);
  if (moment === undefined || moment <= 0) return undefined;
  const date = new Date(moment < 100_000_000_000 ? moment * 1000 : moment);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function isFinding(event: Json): boolean {
  const category = number(event.category_uid) ?? Math.floor((number(event.class_uid) ?? 0) / 1000);
  return category === FINDINGS_CATEGORY && text(object(event.finding_info).title) !== undefined;
}

function findingOf(event: Json, tool: string, seen: Map<string, number>): Finding {
  const info = object(event.finding_info);
  const resource = object(list(event.resources)[0] ?? event.resource);
  const rule = text(object(event.metadata).event_code) ?? text(info.type_uid);
  const place = text(resource.uid) ?? text(resource.name);
  const vulnerabilities = list(event.vulnerabilities).map(object);
  const tags = [...new Set([...texts(info.types), ...texts(object(event.unmapped).categories)])].slice(0, 20);
  const cves = identifiers('CVE', vulnerabilities.map((vulnerability) => text(object(vulnerability.cve).uid)));
  const cwes = identifiers('CWE', vulnerabilities.flatMap((vulnerability) => [text(object(vulnerability.cwe).uid), ...list(vulnerability.related_cwes).map((cwe) => text(object(cwe).uid))]));
  const cvss = number(object(list(object(vulnerabilities[0]?.cve).cvss)[0]).base_score);
  const epss = number(object(object(vulnerabilities[0]?.cve).epss).score);
  const status = number(event.status_id);
  const description = atMost(20_000, text(event.message) ?? text(event.status_detail) ?? text(info.desc));
  const recommendation = atMost(20_000, text(object(event.remediation).desc));
  const url = text(info.src_url) ?? text(object(event.unmapped).related_url);
  return {
    fingerprint: identityOf(event, info, tool, rule ?? '', place ?? '', seen),
    title: atMost(1000, (text(info.title) ?? '').replace(/\s+/g, ' ').trim()) ?? '',
    severity: SEVERITIES[number(event.severity_id) ?? 0] ?? 'info',
    category: categoryOf({ cwes, tags, rule, tool, cves }),
    ...(rule !== undefined && { rule: atMost(500, rule) as string }),
    ...(place !== undefined && { location: { path: atMost(2000, place) as string } }),
    cves,
    cwes,
    ...(cvss !== undefined && cvss >= 0 && cvss <= 10 && { cvss }),
    ...(epss !== undefined && epss >= 0 && epss <= 1 && { epss }),
    owners: [],
    tags,
    ...(description !== undefined && { description }),
    ...(recommendation !== undefined && { recommendation }),
    ...(url !== undefined && /^https?:\/\//i.test(url) && url.length <= 3000 && { url }),
    status: status === SUPPRESSED ? 'excluded' : 'open',
    ...(status === RESOLVED && { baselineState: 'absent' as const }),
  };
}

/** `finding_info.uid` is the source's identity; some tools leave a placeholder there, the same for all. */
function identityOf(event: Json, info: Json, tool: string, rule: string, path: string, seen: Map<string, number>): string {
  const uid = text(info.uid);
  const content = uid !== undefined && !/^<.*>$/.test(uid) ? uid : (text(event.message) ?? text(info.title) ?? '');
  const parts = { tool, rule, path, content };
  const key = JSON.stringify(parts);
  const ordinal = seen.get(key) ?? 0;
  seen.set(key, ordinal + 1);
  return fingerprintOf({ ...parts, ordinal }, (value) => createHash('sha256').update(value).digest('hex'));
}
