/** The document of all messages, which is generated from the built contracts. */
import 'reflect-metadata';

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Parser } from '@asyncapi/parser';
import { describe, expect, test } from '@jest/globals';
import { Ajv, type AnySchema } from 'ajv';
import { parse as parseYaml } from 'yaml';

import { untoldFields } from '@tocsin/testing';

import { MESSAGES, type MessageRoute } from './index.js';

const DOCUMENT = readFileSync(new URL('../../../docs/asyncapi.yaml', import.meta.url), 'utf8');
const SCRIPT = fileURLToPath(new URL('../scripts/asyncapi.js', import.meta.url));
const routes: readonly MessageRoute[] = MESSAGES;

const ERROR = 0;
const WARNING = 1;

async function parse(text: string): Promise<{ document: Awaited<ReturnType<Parser['parse']>>['document']; complaints: string[] }> {
  const { document, diagnostics } = await new Parser().parse(text);
  const grave = diagnostics.filter(({ severity }) => [ERROR, WARNING].includes(severity));
  return { document, complaints: grave.map(({ message, path }) => `${path.join('/')}: ${message}`) };
}

test('docs/asyncapi.yaml is what the contracts say', async () => {
  const outcome = await promisify(execFile)(process.execPath, [SCRIPT, '--check']).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ stdout: '', stderr: '' });
}, 60_000);

describe('the document', () => {
  test('is AsyncAPI without a complaint', async () => {
    expect((await parse(DOCUMENT)).complaints).toEqual([]);
  }, 60_000);

  test('tells for every message who says and who hears it', async () => {
    const { document } = await parse(DOCUMENT);
    const told = document?.operations().all().map((operation) => operation.id()) ?? [];
    const table = routes.flatMap(({ type, saidBy, heardBy }) => [...saidBy.map((who) => `${who}.says.${type}`), ...heardBy.map((who) => `${who}.hears.${type}`)]);
    expect(told.sort()).toEqual(table.sort());
  }, 60_000);

  test('says in a sentence what each field is', () => {
    expect(untoldFields(parseYaml(DOCUMENT) as object)).toEqual([]);
  });

  test('takes every sample, and none with a part missing or of another kind', async () => {
    const { document } = await parse(DOCUMENT);
    const outcomes = (document?.components().messages().all() ?? []).map((message) => {
      const accepts: (event: unknown) => unknown = new Ajv({ strict: false, validateFormats: false }).compile(message.payload()?.json() as AnySchema);
      const sample = message.examples().all()[0]?.payload() as { data: Record<string, unknown> };
      return {
        type: message.name(),
        sample: accepts(sample),
        withoutData: accepts({ ...sample, data: undefined }),
        withoutOrganization: accepts({ ...sample, organizationid: undefined }),
        ofAnotherType: accepts({ ...sample, type: 'other.v1' }),
        wrongFields: Object.keys(sample.data).filter((field) => accepts({ ...sample, data: { ...sample.data, [field]: null } })),
      };
    });
    expect(outcomes).toEqual(routes.map(({ type }) => ({ type, sample: true, withoutData: false, withoutOrganization: false, ofAnotherType: false, wrongFields: [] })));
  }, 60_000);
});
