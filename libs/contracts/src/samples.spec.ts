/** The samples are the contract: what was a message once stays one, so a sample is added with a version and never changed. */
import 'reflect-metadata';

import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';

import { MESSAGES, routeOf, type CloudEvent } from './index.js';

const SAMPLES = new URL('../samples/', import.meta.url);
const files = readdirSync(SAMPLES).sort();

function sample(file: string): CloudEvent<Record<string, unknown>> {
  return JSON.parse(readFileSync(new URL(file, SAMPLES), 'utf8')) as CloudEvent<Record<string, unknown>>;
}

function problems(contract: new () => object, data: unknown): string[] {
  const flat = (error: ValidationError): string[] => [...Object.values(error.constraints ?? {}), ...(error.children ?? []).flatMap(flat)];
  return validateSync(plainToInstance(contract, data), { whitelist: true, forbidNonWhitelisted: true }).flatMap(flat);
}

function contractOf(file: string): new () => object {
  const route = routeOf(file.replace('.json', ''));
  if (route === undefined) throw new Error(`${file} is a sample of no message in the table`);
  return route.contract;
}

test('every message of the table has a sample, and every sample a message', () => {
  expect(files).toEqual(MESSAGES.map(({ type }) => `${type}.json`).sort());
});

describe.each(files)('%s', (file) => {
  test('is a CloudEvent of its type, in structured mode', () => {
    const event = sample(file);
    expect(event).toMatchObject({ specversion: '1.0', type: file.replace('.json', ''), datacontenttype: 'application/json' });
    expect(event.id).not.toBe('');
    expect(event.source).toMatch(/^\/[a-z]+\/[a-z]+$/);
    expect(new Date(event.time ?? '').toISOString()).toBe(event.time);
  });

  test('tells the same organization in the envelope and in the data', () => {
    expect(sample(file).organizationid).toBe(sample(file).data.organizationId);
  });

  test('is accepted whole, with no field that the contract does not know', () => {
    expect(problems(contractOf(file), sample(file).data)).toEqual([]);
  });

  test('is refused when a field that must be there is missing', () => {
    const { data } = sample(file);
    const contract = contractOf(file);
    const required = requiredFields(contract);
    expect(required).not.toEqual([]);
    for (const field of required) {
      const rest = Object.fromEntries(Object.entries(data).filter(([name]) => name !== field));
      expect({ field, refused: problems(contract, rest).length > 0 }).toEqual({ field, refused: true });
    }
  });

  test('shows every field of the contract that can stand beside the others', () => {
    const shown = Object.keys(sample(file).data);
    expect(fieldsOf(contractOf(file)).filter((field) => !shown.includes(field))).toEqual(NOT_BESIDE_OTHERS[file] ?? []);
  });
});

test.each([
  ['slack.send.v1', { changes: [{ field: { valueOf: 0 }, from: 'high', to: 'critical' }] }],
  ['slack.send.v1', { changes: ['severity'] }],
  ['issue.changed.v1', { changes: [{ from: 'high', to: 'critical' }] }],
  ['slack.send.v1', { digest: { kind: 'periodic', title: 'Weekly', totals: { critical: 'two' }, sections: [] } }],
  ['slack.send.v1', { digest: { kind: 'periodic', title: 'Weekly', totals: { new: -1 }, sections: [] } }],
  ['slack.send.v1', { digest: { kind: 'periodic', title: 'Weekly', totals: [2], sections: [] } }],
])('%s is refused with %j, which no message can be made of', (type, odd) => {
  const { data } = sample(`${type}.json`);
  expect(problems(contractOf(`${type}.json`), data)).toEqual([]);
  expect(problems(contractOf(`${type}.json`), { ...data, ...odd })).not.toEqual([]);
});

/** What another outcome, or another kind of message, has instead. */
const NOT_BESIDE_OTHERS: Record<string, string[]> = {
  'slack.send.v1.json': ['digest'],
  'delivery.settled.v1.json': ['digestId', 'error', 'replayOf', 'timeline', 'waitingFor'],
};

function metadataOf(contract: new () => object) {
  return getMetadataStorage().getTargetValidationMetadatas(contract, '', false, false);
}

function fieldsOf(contract: new () => object): string[] {
  return [...new Set(metadataOf(contract).map(({ propertyName }) => propertyName))].sort();
}

function requiredFields(contract: new () => object): string[] {
  const optional = metadataOf(contract).filter(({ type }) => type === 'conditionalValidation').map(({ propertyName }) => propertyName);
  return fieldsOf(contract).filter((field) => !optional.includes(field));
}
