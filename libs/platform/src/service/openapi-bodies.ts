/**
 * In a body, null for a field that may be left out means that it is left out, or is none (`http/left-out.ts`), and the schemas of bodies
 * say so. An answer never holds such a null: what is both said and answered has two schemas where they differ. No body at all
 * is an empty object (`http/body.guard.ts`).
 */
import type { OpenAPIObject } from '@nestjs/swagger';

export type Paths = OpenAPIObject['paths'];

type Schemas = Readonly<Record<string, object>>;

interface Shape {
  properties?: Record<string, Property>;
  required?: string[];
}

type Property = object & { type?: unknown; enum?: unknown; description?: string };

const REFERENCE = /#\/components\/schemas\/(\w+)/g;

/** Leads the bodies of `paths` to their schemas. @returns `schemas` with those of bodies among them */
export function describeBodies(paths: Paths, schemas: Schemas): Record<string, object> {
  const operations = Object.values(paths).flatMap(({ get, post, put, patch, delete: remove }) => [get, post, put, patch, remove]).filter((operation) => operation !== undefined);
  const answered = reachedFrom(operations.map(({ responses }) => responses), schemas);
  const names = new Map<string, string>();
  for (const name of reachedFrom(operations.map(({ requestBody }) => requestBody ?? {}), schemas)) {
    const parts = [name, ...reachedFrom(schemas[name] ?? {}, schemas)];
    if (parts.some((part) => optionalIn(schemas[part] ?? {}).length > 0)) names.set(name, answered.has(name) ? `${name}InBody` : name);
  }
  for (const operation of operations) if (operation.requestBody) operation.requestBody = renamed({ ...operation.requestBody, required: isNeeded(operation.requestBody, schemas) }, names);
  return { ...schemas, ...Object.fromEntries([...names].map(([name, inBody]) => [inBody, renamed(withNulls(schemas[name] ?? {}), names)])) };
}

/** Names of the schemas that `value` refers to, directly or through another schema. */
export function reachedFrom(value: object, schemas: Schemas): Set<string> {
  const reached = new Set<string>();
  const visit = (inside: object): void => {
    for (const [, name = ''] of JSON.stringify(inside).matchAll(REFERENCE)) {
      const schema = schemas[name];
      if (!schema || reached.has(name)) continue;
      reached.add(name);
      visit(schema);
    }
  };
  visit(value);
  return reached;
}

/** A body in which nothing has to stand may be left out itself. */
function isNeeded(body: object, schemas: Schemas): boolean {
  const [outermost] = reachedFrom(body, schemas);
  const { required }: Shape = outermost === undefined ? {} : (schemas[outermost] ?? {});
  return outermost === undefined || required !== undefined;
}

function optionalIn({ properties = {}, required = [] }: Shape): [name: string, property: Property][] {
  return Object.entries(properties).filter(([name]) => !required.includes(name));
}

function withNulls(schema: Shape): object {
  return { ...schema, properties: { ...schema.properties, ...Object.fromEntries(optionalIn(schema).map(([name, property]) => [name, orNull(property)])) } };
}

function orNull({ description, ...property }: Property): object {
  const schema = typeof property.type === 'string' && property.enum === undefined ? { ...property, type: [property.type, 'null'] } : { anyOf: [property, { type: 'null' }] };
  return { ...schema, ...(description !== undefined && { description }) };
}

function renamed<T extends object>(value: T, names: ReadonlyMap<string, string>): T {
  return JSON.parse(JSON.stringify(value).replaceAll(REFERENCE, (reference, name: string) => reference.replace(name, names.get(name) ?? name))) as T;
}
