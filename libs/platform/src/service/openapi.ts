/**
 * The OpenAPI 3.1 document of one service, made from its routes. Schemas come from the validators of the contract
 * classes, so the document cannot say anything else than what is checked.
 */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';

import { describeBodies, reachedFrom } from './openapi-bodies.js';
import { routesOf, type Route } from './routes.js';

const DESTINATION = {
  oneOf: ['id', 'name', 'email'].map((key) => ({ type: 'object', required: [key], properties: { [key]: { type: 'string' } }, additionalProperties: false })),
};
const SOURCE = {
  oneOf: [
    { type: 'object', required: ['kind', 'user'], properties: { kind: { enum: ['manual', 'test'] }, user: { type: 'string' } } },
    { type: 'object', required: ['kind', 'workflowId', 'version', 'stepId'], properties: { kind: { const: 'workflow' }, workflowId: { type: 'string' }, version: { type: 'integer' }, stepId: { type: 'string' } } },
    { type: 'object', required: ['kind', 'of'], properties: { kind: { const: 'digest' }, workflowId: { type: 'string' }, of: { type: 'integer' } } },
  ],
};
const TOTALS = { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } };

const TIME = { type: 'string', format: 'date-time' };

/**
 * JSON schemas of every contract class that is loaded, by class name.
 * @param converters by name of a validator, instead of those for documents
 */
export function contractSchemas(converters: Readonly<Record<string, () => object>> = {}): Record<string, object> {
  return validationMetadatasToSchemas({
    refPointerPrefix: '#/components/schemas/',
    classTransformerMetadataStorage: defaultMetadataStorage,
    additionalConverters: { isDestination: () => DESTINATION, isDeliverySource: () => SOURCE, isTotals: () => TOTALS, isTime: () => TIME, isPart: () => ({}), isDefined: () => ({}), ...converters } as never,
  });
}

/** Builds the document of `app`; what only services call (`/internal`) is left out. */
export function openApiDocument(app: INestApplication, title: string): OpenAPIObject {
  const options = new DocumentBuilder().setTitle(title).setVersion('1').setOpenAPIVersion('3.1.0').addBearerAuth().build();
  const document = SwaggerModule.createDocument(app, options);
  const schemas = contractSchemas();
  document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => !path.startsWith('/internal')));
  for (const route of routesOf(app)) {
    const operation = document.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase() as 'get'];
    if (operation) describeOperation(operation, route, schemas);
  }
  const described = describeBodies(document.paths, schemas);
  const used = [...reachedFrom(document.paths, described)].map((name) => [name, described[name]]);
  document.components = { ...document.components, schemas: { ...document.components?.schemas, ...(Object.fromEntries(used) as Record<string, object>) } };
  return document;
}

/** What Nest's own scan does not see: query parameters, who may call, and how errors look. */
function describeOperation(operation: Operation, { access, query }: Route, schemas: Readonly<Record<string, object>>): void {
  operation.parameters = [...(operation.parameters ?? []), ...(query ? queryParameters(schemas[query.name]) : [])];
  operation.responses.default = { description: 'Problem details (RFC 9457)', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
  if (access?.kind !== 'permissions') return;
  operation.security = [{ bearer: [] }];
  operation.description = `Needs the permission ${access.anyOf.join(' or ')}.`;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

function queryParameters(schema: object | undefined): NonNullable<Operation['parameters']> {
  const { properties = {}, required = [] } = (schema ?? {}) as { properties?: Record<string, object>; required?: string[] };
  return Object.entries(properties).map(([name, type]) => ({ name, in: 'query', required: required.includes(name), schema: type }));
}
