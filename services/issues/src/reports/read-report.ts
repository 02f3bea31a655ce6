/**
 * Reads a scanner's report: SARIF 2.1.0 or OCSF findings. A report is read whole or refused whole, with the place; what can
 * be understood is taken, what was odd is listed, what was too much is counted.
 */
import { withoutByteOrderMark } from '@tocsin/platform';

import { parseJson, type ParsedJson } from './json-text.js';
import { looksLikeOcsf, parseOcsfLines, readOcsf } from './ocsf.js';
import type { ReportOptions, ReportReading } from './report.js';
import { readSarif } from './sarif.js';
import { schemaProblems } from './sarif-schema.js';

/** @param bytes the whole report, UTF-8, with or without a byte order mark */
export function readReport(bytes: Buffer, { strict }: ReportOptions): ReportReading {
  const text = withoutByteOrderMark(bytes.toString('utf8'));
  const parsed = parseJson(text);
  if (!parsed.ok) {
    const lines = parseOcsfLines(text);
    return lines?.ok === true ? readOcsf(lines.values) : notJson(lines ?? parsed);
  }
  const { value } = parsed;
  if (isSarif(value)) {
    const places = strict ? schemaProblems(value) : [];
    if (places.length > 0) return { ok: false, status: 400, problem: { code: 'schema', detail: `The report breaks the schema of SARIF 2.1.0 at ${places[0]?.pointer ?? ''}: ${places[0]?.message ?? ''}.`, pointer: places[0]?.pointer ?? '', places } };
    return readSarif(value);
  }
  if (looksLikeOcsf(value)) return readOcsf(Array.isArray(value) ? value : [value]);
  return { ok: false, status: 400, problem: { code: 'unknown_format', detail: 'The report is of no known format: SARIF 2.1.0 is an object with "version" and "runs", OCSF an object, array or lines of findings with "class_uid".', pointer: '' } };
}

function notJson({ line, column, message }: Extract<ParsedJson, { ok: false }>): ReportReading {
  return { ok: false, status: 400, problem: { code: 'not_json', detail: `The report is not JSON: ${message} at line ${line}, column ${column}.`, line, column } };
}

function isSarif(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && ('runs' in value || (typeof (value as { $schema?: unknown }).$schema === 'string' && /sarif/i.test((value as { $schema: string }).$schema)));
}
