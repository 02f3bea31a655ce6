/** Problem details beside what OpenAPI says of them: a service that sends a member which is not declared there fails its tests. */
import { contractSchemas } from '@tocsin/platform';

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}

let schemas: Record<string, Schema> | undefined;

/** @throws Error naming the members that are not declared, of an answer that is problem details */
export function assertDeclaredProblem({ headers, body }: { headers: Headers; body: unknown }): void {
  if (!(headers.get('content-type') ?? '').startsWith('application/problem+json')) return;
  schemas ??= contractSchemas();
  const undeclared = undeclaredIn(body, { $ref: '#/components/schemas/Problem' }, schemas, '');
  if (undeclared.length > 0) throw new Error(`Problem details hold what OpenAPI does not declare: ${undeclared.join(', ')}. Declare it in the class Problem of @tocsin/contracts.`);
}

function undeclaredIn(value: unknown, schema: Schema, all: Readonly<Record<string, Schema>>, pointer: string): string[] {
  const { properties, items } = (schema.$ref === undefined ? schema : all[schema.$ref.split('/').at(-1) ?? '']) ?? {};
  if (Array.isArray(value)) return items ? value.flatMap((item, index) => undeclaredIn(item, items, all, `${pointer}/${index}`)) : [];
  if (typeof value !== 'object' || value === null || !properties) return [];
  return Object.entries(value).flatMap(([name, member]) => (properties[name] ? undeclaredIn(member, properties[name], all, `${pointer}/${name}`) : [`${pointer}/${name}`]));
}
