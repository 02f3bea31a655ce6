/** SARIF's own JSON schema, for who asks to be strict. Compiled at the first use: it takes a second. */
import { readFileSync } from 'node:fs';

import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

const PLACES_MAX = 20;
const SCHEMA = new URL('../../schemas/sarif-schema-2.1.0.json', import.meta.url);

let compiled: ValidateFunction | undefined;

/** The first places that break the schema; none for a valid report. */
export function schemaProblems(report: unknown): { pointer: string; message: string }[] {
  compiled ??= compile();
  if (compiled(report)) return [];
  return (compiled.errors ?? []).slice(0, PLACES_MAX).map(({ instancePath, message = 'is not valid' }) => ({ pointer: instancePath, message }));
}

function compile(): ValidateFunction {
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(SCHEMA, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  formats.default(ajv);
  return ajv.compile(schema);
}
