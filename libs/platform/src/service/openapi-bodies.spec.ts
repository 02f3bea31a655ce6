import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { IsArray, IsIn, IsOptional, IsString } from 'class-validator';

import { Field, IsDestination, IsPart } from '@tocsin/contracts';

import { ContractPipe } from '../http/contract.pipe.js';
import { contractSchemas } from './openapi.js';
import { describeBodies, type Paths } from './openapi-bodies.js';

class Mention {
  @IsOptional() @IsString() owner?: string;
}

class Place {
  @IsString() name!: string;
}

class Sending {
  @IsString() title!: string;
  @Field('What you want to say.') @IsOptional() @IsString() comment?: string;
  @Field('When it goes.') @IsOptional() @IsIn(['now', 'soon']) when?: string;
  @IsOptional() @IsArray() @IsString({ each: true }) tags?: string[];
  @IsOptional() @IsDestination() destination?: object;
  @Field('Whom it mentions.') @IsOptional() @IsPart(() => Mention) mention?: Mention;
  @IsOptional() @IsPart(() => Place) place?: Place;
}

function of(name: string): object {
  return { content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } };
}

/** Sendings are posted; their mentions and places are told as well. */
const paths = { '/v1/sendings': { post: { requestBody: of('Sending'), responses: { 201: of('Mention') } }, get: { responses: { 200: of('Place') } } } } as unknown as Paths;
const schemas = describeBodies(paths, contractSchemas());
const ajv = new Ajv({ strict: false, formats: { 'date-time': true, email: true } });
for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(schema, `#/components/schemas/${name}`);

async function isTaken(body: object): Promise<boolean> {
  return new ContractPipe().transform(structuredClone(body), { type: 'body', metatype: Sending }).then(() => true, () => false);
}

describe('the schema of a body', () => {
  test.each([
    {}, { title: null }, { title: 'x' }, { title: 'x', comment: null }, { title: 'x', comment: 7 }, { title: 'x', when: null }, { title: 'x', when: 'now' }, { title: 'x', when: 'later' },
    { title: 'x', tags: null }, { title: 'x', tags: [null] }, { title: 'x', tags: ['a'] }, { title: 'x', destination: null }, { title: 'x', destination: { name: '#a' } }, { title: 'x', destination: {} },
    { title: 'x', mention: null }, { title: 'x', mention: { owner: null } }, { title: 'x', mention: { owner: 7 } }, { title: 'x', place: null }, { title: 'x', place: { name: null } },
  ])('takes what the route takes: %j', async (body) => {
    expect(ajv.getSchema('#/components/schemas/Sending')?.(body)).toBe(await isTaken(body));
  });

  test('says of a field what it is, whatever it may hold', () => {
    const { properties = {} } = schemas.Sending as { properties?: Record<string, { description?: string }> };
    expect(['comment', 'when', 'mention'].map((name) => properties[name]?.description)).toEqual(['What you want to say.', 'When it goes.', 'Whom it mentions.']);
  });

  test('is another than that of an answer, which never holds null, where the two differ', () => {
    expect([ajv.getSchema('#/components/schemas/Mention')?.({ owner: null }), ajv.getSchema('#/components/schemas/MentionInBody')?.({ owner: null })]).toEqual([false, true]);
    expect(Object.keys(schemas).filter((name) => name.endsWith('InBody'))).toEqual(['MentionInBody']);
    expect(paths['/v1/sendings']).toEqual({ post: { requestBody: { ...of('Sending'), required: true }, responses: { 201: of('Mention') } }, get: { responses: { 200: of('Place') } } });
  });

  test('leads its route to it when it is both said and answered; a body in which nothing has to stand may be left out', () => {
    const both = { '/v1/mentions': { put: { requestBody: of('Mention'), responses: { 200: of('Mention') } } } } as unknown as Paths;
    describeBodies(both, contractSchemas());
    expect(both['/v1/mentions']).toEqual({ put: { requestBody: { ...of('MentionInBody'), required: false }, responses: { 200: of('Mention') } } });
  });
});
