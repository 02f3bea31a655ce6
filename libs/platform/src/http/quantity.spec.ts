import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { aSendToSlack, anIssue } from '@tocsin/testing';
import { ArrayMaxSize, IsArray, IsOptional, IsString } from 'class-validator';

import { COMMAND_MAX_BYTES, IsParts, SendToSlack } from '@tocsin/contracts';

import { checkData } from '../bus/check-data.js';
import { ContractPipe } from './contract.pipe.js';
import type { ProblemException } from './problem.exception.js';
import { MOST_IN_ONE, tooMany } from './quantity.js';

class Rule {
  @IsString() pattern!: string;
  @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) owners!: string[];
}

class Application {
  @IsOptional() @IsArray() @ArrayMaxSize(500) @IsParts(() => Rule) rules?: Rule[];
}

const list = (length: number, item: unknown): unknown[] => Array.from({ length }, () => item);

describe('how much a value holds', () => {
  test.each<[string, unknown, boolean]>([
    ['a text', 'x'.repeat(1_000_000), false],
    ['nothing', null, false],
    ['a list as long as it may be', list(MOST_IN_ONE, 'x'), false],
    ['a longer one', list(MOST_IN_ONE + 1, 'x'), true],
    ['an object with as many fields as it may have', Object.fromEntries(list(MOST_IN_ONE, 0).map((_, index) => [`f${index}`, 1])), false],
    ['one with more', Object.fromEntries(list(MOST_IN_ONE + 1, 0).map((_, index) => [`f${index}`, 1])), true],
    ['all rules with all owners', { rules: list(500, { pattern: 'x', owners: list(100, 'ada@acme.test') }) }, false],
    ['many lists of many texts', list(100, list(1000, 'x')), true],
    ['many lists of many objects', list(10, list(1000, {})), true],
  ])('%s', (_what, value, refused) => {
    expect(tooMany(value) !== undefined).toBe(refused);
  });
});

describe('what holds too much is refused before anybody looks at each of its values:', () => {
  test.each<[string, object]>([
    ['a million parts', { rules: list(1_000_000, {}) }],
    ['a hundred thousand fields that nobody knows', Object.fromEntries(list(100_000, 0).map((_, index) => [`f${index}`, 1]))],
  ])('a body of %s', (_what, body) => {
    const began = performance.now();
    expect(tooMany(body)).toMatchObject({ pointer: '', code: 'too_many' });
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test('a query of so many values', async () => {
    await expect(new ContractPipe().transform({ limit: list(MOST_IN_ONE + 1, '1') }, { type: 'query', metatype: Application })).rejects.toMatchObject({ status: 400, content: { detail: expect.stringMatching(/^The query must not hold more/), errors: [{ code: 'too_many' }] } });
  });

  test('of what is wrong in many places a hundred are named, and all are counted', async () => {
    const { content } = await new ContractPipe().transform({ rules: list(501, {}) }, { type: 'body', metatype: Application }).then(() => { throw new Error('it was taken'); }, (error: unknown) => error as ProblemException);
    expect(content.errors).toHaveLength(100);
    expect(content.detail).toBe('1003 places are not valid.');
  });

  test.each<[string, object]>([
    ['issues', { issues: list(80_000, {}) }],
    ['changes', { changes: list(80_000, {}) }],
    ['sections of a digest', { digest: { kind: 'scan', title: 'x', totals: {}, sections: list(4, { issues: list(20_000, {}) }) } }],
  ])('a command of 80,000 %s', async (_what, fields) => {
    const command = Object.assign({}, aSendToSlack(), fields);
    expect(JSON.stringify(command).length).toBeLessThan(COMMAND_MAX_BYTES);
    const began = performance.now();
    await expect(checkData(SendToSlack, command)).resolves.toMatchObject({ ok: false, places: [{ pointer: '/data', code: 'too_many' }] });
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test('a command that is as full as it may be is looked at, though what it leaves out is null', async () => {
    const smallest = { ...anIssue({ id: 'i', title: 'x', fingerprint: 'f', application: 'a' }), tags: list(100, ''), dueAt: null };
    const sections: object[] = [];
    while (JSON.stringify(sections).length < COMMAND_MAX_BYTES - 40_000) sections.push({ name: '', total: 50, issues: list(50, smallest) });
    const command: object = Object.assign({}, aSendToSlack() as object, { comment: null, issues: [], digest: { kind: 'scan', title: 'x', totals: {}, sections } });
    await expect(checkData(SendToSlack, structuredClone(command))).resolves.toMatchObject({ ok: true });
  });
});
