/**
 * The OpenAPI 3.1 document of one service, made from its routes. Schemas come from the validators of the contract
 * classes, so the document cannot say anything else than what is checked.
 */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';

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

/** The converter's own pattern insists on fractions of a second, which the validator does not. */
const TIME = { type: 'string', format: 'date-time' };

/** JSON schemas of every contract class that is loaded, by class name. */
export function contractSchemas(): Record<string, object> {
  return validationMetadatasToSchemas({
    refPointerPrefix: '#/components/schemas/',
    classTransformerMetadataStorage: defaultMetadataStorage,
    additionalConverters: { isDestination: () => DESTINATION, isDeliverySource: () => SOURCE, isDateString: () => TIME, isDefined: () => ({}) } as never,
  });
}

/** Builds the document of `app`; what only services call (`/internal`) is left out. */
export function openApiDocument(app: INestApplication, title: string): OpenAPIObject {
  const options = new DocumentBuilder().setTitle(title).setVersion('1').setOpenAPIVersion('3.1.0').addBearerAuth().build();
  const document = SwaggerModule.createDocument(app, options);
  document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => !path.startsWith('/internal')));
  document.components = { ...document.components, schemas: { ...document.components?.schemas, ...usedSchemas(document, contractSchemas()) } };
  return document;
}

/** Schemas that the document refers to, directly or through another schema. */
function usedSchemas(document: OpenAPIObject, all: Record<string, object>): Record<string, object> {
  const used = new Map<string, object>();
  const visit = (json: string): void => {
    for (const [, name] of json.matchAll(/#\/components\/schemas\/([A-Za-z0-9_]+)/g)) {
      const schema = name === undefined ? undefined : all[name];
      if (name !== undefined && schema && !used.has(name)) {
        used.set(name, schema);
        visit(JSON.stringify(schema));
      }
    }
  };
  visit(JSON.stringify(document.paths));
  visit('#/components/schemas/Problem');
  return Object.fromEntries(used);
}
