/**
 * The OpenAPI 3.1 document of one service, made from its routes. Schemas come from the validators of the contract
 * classes, so the document cannot say anything else than what is checked; what a field is comes from the sentence beside them.
 */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { JSONSchema, validationMetadatasToSchemas } from 'class-validator-jsonschema';

import { describedFields } from '@tocsin/contracts';

import { describeBodies, reachedFrom } from './openapi-bodies.js';
import { routesOf, type Route } from './routes.js';

const DESTINATION = {
  oneOf: Object.entries({
    id: 'Slack’s id of the channel or person, such as `C0123456789`.',
    name: 'Name of a channel, with or without `#`, such as `#sec-alerts`.',
    email: 'E-mail address of a person in the workspace.',
  }).map(([key, description]) => ({ type: 'object', required: [key], properties: { [key]: { type: 'string', description } }, additionalProperties: false })),
};
const SOURCE = {
  oneOf: [
    {
      type: 'object', required: ['kind', 'user'],
      properties: { kind: { enum: ['manual', 'test'], description: 'Sent by hand, or a test message.' }, user: { type: 'string', description: 'E-mail address of who sent it, or name of the API key.' } },
    },
    {
      type: 'object', required: ['kind', 'workflowId', 'version', 'stepId'],
      properties: {
        kind: { const: 'workflow', description: 'Sent by a workflow.' }, workflowId: { type: 'string', description: 'Id of the workflow.' },
        version: { type: 'integer', description: 'Its version at that time.' }, stepId: { type: 'string', description: 'Id of the step that sent it.' },
      },
    },
    {
      type: 'object', required: ['kind', 'of'],
      properties: {
        kind: { const: 'digest', description: 'One message that stands for several issues.' }, workflowId: { type: 'string', description: 'Id of the workflow that it is of; left out where it is of no single one.' },
        of: { type: 'integer', description: 'How many issues it tells.' },
      },
    },
  ],
};
const TOTALS = { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } };

const TIME = { type: 'string', format: 'date-time' };

const HABITS = [
  'Times are RFC 3339, in answers always UTC; ids are opaque texts.',
  'A field of a body, or a parameter, that is not described here is refused.',
  'A field that has no value is left out of an answer; in a body, null for a field that may be left out means that it is left out, unless the field says that null is none.',
  'Several values of one parameter, repeated or by comma, are alternatives; different parameters all have to hold.',
].join(' ');

/**
 * JSON schemas of every contract class that is loaded, by class name.
 * @param converters by name of a validator, instead of those for documents
 */
export function contractSchemas(converters: Readonly<Record<string, () => object>> = {}): Record<string, object> {
  for (const { target, name, description } of describedFields()) JSONSchema({ description })(target, name);
  return validationMetadatasToSchemas({
    refPointerPrefix: '#/components/schemas/',
    classTransformerMetadataStorage: defaultMetadataStorage,
    additionalConverters: { isDestination: () => DESTINATION, isDeliverySource: () => SOURCE, isTotals: () => TOTALS, isTime: () => TIME, isPart: () => ({}), isDefined: () => ({}), ...converters } as never,
  });
}

/** Builds the document of `app`; what only services call (`/internal`) is left out. */
export function openApiDocument(app: INestApplication, title: string): OpenAPIObject {
  const options = new DocumentBuilder().setTitle(title).setDescription(HABITS).setVersion('1').setOpenAPIVersion('3.1.0').addBearerAuth().build();
  const document = SwaggerModule.createDocument(app, options);
  const schemas = contractSchemas();
  document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => !path.startsWith('/internal')));
  for (const route of routesOf(app)) {
    const operation = document.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase() as 'get'];
    if (operation) describeOperation(operation, route, schemas);
  }
  const described = describeBodies(document.paths, schemas);
  const used = [...reachedFrom(document.paths, described)].map((name) => [name, described[name]]);
  document.components = { ...document.components, schemas: Object.fromEntries(used) as Record<string, object> };
  return document;
}

/** What Nest's own scan does not see: what parameters are, who may call, and how errors look. */
function describeOperation(operation: Operation, { access, path, query }: Route, schemas: Readonly<Record<string, object>>): void {
  const known = (operation.parameters ?? []).map((parameter) => ('in' in parameter && parameter.in === 'path' ? { ...parameter, description: meaningIn(path, parameter.name) } : parameter));
  operation.parameters = [...known, ...(query ? queryParameters(schemas[query.name]) : [])];
  operation.responses.default = { description: 'Problem details (RFC 9457)', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
  if (access?.kind !== 'permissions') return;
  operation.security = [{ bearer: [] }];
  operation.description = [operation.description, `Needs the permission ${access.anyOf.join(' or ')}.`].filter((sentence) => sentence !== undefined && sentence !== '').join(' ');
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** `/v1/dead-letters/:id/replay` and `id` → "Id of the dead letter." */
function meaningIn(path: string, name: string): string {
  const segments = path.split('/');
  const things = segments[segments.indexOf(`:${name}`) - 1] ?? '';
  const thing = things.replace(/ies$/, 'y').replace(/s$/, '').replaceAll('-', ' ').replace(/^api\b/, 'API');
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} of the ${thing}.`;
}

function queryParameters(schema: object | undefined): NonNullable<Operation['parameters']> {
  const { properties = {}, required = [] } = (schema ?? {}) as { properties?: Record<string, Described>; required?: string[] };
  return Object.entries(properties).map(([name, { description = '', ...type }]) => ({ name, in: 'query', required: required.includes(name), description, schema: type }));
}

type Described = object & { description?: string };
