import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsNotEmpty, IsOptional, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';

import type { Problem } from '@tocsin/contracts';

import { ContractPipe } from './contract.pipe.js';
import { CommaList, CURSOR_PARTS, decodeCursor, encodeCursor, ListQuery, toPage } from './list.js';
import { ProblemException } from './problem.exception.js';

class Owner {
  @IsString() email!: string;
}

class Application {
  @IsString() name!: string;
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => Owner) owners?: Owner[];
  @IsOptional() @IsInt() 'a/b~c'?: number;
}

class Sending {
  @IsString() @IsNotEmpty() @MaxLength(8) connectionId!: string;
  @IsOptional() @IsString() @IsIn(['soon', 'now']) when?: string;
  @IsOptional() @IsInt() @Min(0) @Max(9) priority?: number;
  @IsOptional() @IsArray() @ArrayMaxSize(2) @ValidateNested({ each: true }) @Type(() => Owner) owners?: Owner[];
}

class IssueQuery extends ListQuery {
  @IsOptional() @CommaList() @IsString({ each: true }) severity?: string[];
}

const pipe = new ContractPipe();

async function body(value: unknown): Promise<unknown> {
  return pipe.transform(value, { type: 'body', metatype: Application });
}

async function query(value: unknown): Promise<unknown> {
  return pipe.transform(value, { type: 'query', metatype: IssueQuery });
}

async function problemOf(refused: Promise<unknown>): Promise<Partial<Problem> & { status: number }> {
  const error: unknown = await refused.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof ProblemException)) throw new Error('it was not refused');
  return { ...error.content, status: error.status };
}

describe('a body', () => {
  test('becomes an instance of its contract', async () => {
    await expect(body({ name: 'shop', owners: [{ email: 'ada@acme.test' }] })).resolves.toBeInstanceOf(Application);
  });

  test.each<[unknown, { pointer: string; code: string }[]]>([
    [{}, [{ pointer: '/name', code: 'isString' }]],
    [{ name: 'shop', nmae: 'shop' }, [{ pointer: '/nmae', code: 'unknown_field' }]],
    [{ name: 'shop', owners: [{ email: 'ada@acme.test' }, { email: 7 }] }, [{ pointer: '/owners/1/email', code: 'isString' }]],
    [{ name: 'shop', 'a/b~c': 'x' }, [{ pointer: '/a~1b~0c', code: 'isInt' }]],
    [{ name: 7, owners: [{ mail: 'x', email: '' }] }, [{ pointer: '/name', code: 'isString' }, { pointer: '/owners/0/mail', code: 'unknown_field' }]],
    ['text', [{ pointer: '', code: 'wrong_type' }]],
    [[], [{ pointer: '', code: 'wrong_type' }]],
  ])('%j is refused with a JSON pointer to every place', async (value, places) => {
    expect(await problemOf(body(value))).toMatchObject({ status: 400, errors: places });
  });

  test.each<[unknown, { pointer: string; code: string }[]]>([
    [{}, [{ pointer: '/connectionId', code: 'isString' }]],
    [{ connectionId: 7 }, [{ pointer: '/connectionId', code: 'isString' }]],
    [{ connectionId: '' }, [{ pointer: '/connectionId', code: 'isNotEmpty' }]],
    [{ connectionId: 'too long to be one' }, [{ pointer: '/connectionId', code: 'maxLength' }]],
    [{ connectionId: 'c1', when: 7, priority: 'high' }, [{ pointer: '/when', code: 'isString' }, { pointer: '/priority', code: 'isInt' }]],
    [{ connectionId: 'c1', when: 'later', priority: 12 }, [{ pointer: '/when', code: 'isIn' }, { pointer: '/priority', code: 'max' }]],
    [{ connectionId: 'c1', owners: 'ada' }, [{ pointer: '/owners', code: 'isArray' }]],
    [{ connectionId: 'c1', owners: ['ada'] }, [{ pointer: '/owners/0', code: 'nestedValidation' }]],
    [{ connectionId: 'c1', owners: [{ email: 7 }, { email: '' }, { email: '' }] }, [{ pointer: '/owners', code: 'arrayMaxSize' }, { pointer: '/owners/0/email', code: 'isString' }]],
  ])('%j is told of each value the first that is wrong: what it must be, before how long or large', async (value, places) => {
    const { errors } = await problemOf(pipe.transform(value, { type: 'body', metatype: Sending }));
    expect(errors?.map(({ pointer, code }) => ({ pointer, code }))).toEqual(places);
  });

  test('that a route reads itself is left alone', async () => {
    await expect(pipe.transform('raw', { type: 'body', metatype: Buffer as never })).resolves.toBe('raw');
  });
});

describe('a query', () => {
  test('has its numbers read and its lists split, by comma or repeated', async () => {
    await expect(query({ limit: '7', severity: 'high, low' })).resolves.toMatchObject({ limit: 7, severity: ['high', 'low'] });
    await expect(query({ severity: ['high', 'low'] })).resolves.toMatchObject({ limit: 50, severity: ['high', 'low'] });
  });

  test.each([
    [{ limit: '0' }, 'limit'],
    [{ limit: '201' }, 'limit'],
    [{ limit: 'many' }, 'limit'],
    ...['1e2', '0x10', '0b11', ' 10', '10 ', '+10', '-10', '10.0', '1_0', '', '9'.repeat(400)].map((limit): [object, string] => [{ limit }, 'limit']),
    [{ limit: ['7', '8'] }, 'limit'],
    [{ sverity: 'high' }, 'sverity'],
  ])('%j is refused by the parameter\'s name', async (value, parameter) => {
    const { status, errors } = await problemOf(query(value));
    expect([status, errors?.map((place) => place.parameter)]).toEqual([400, [parameter]]);
  });
});

describe('a list', () => {
  const rows = [1, 2, 3].map((id) => ({ id, title: `issue ${id}` }));
  const page = (limit: number): ReturnType<typeof toPage<{ id: number; title: string }, string>> => toPage(rows, limit, ({ title }) => title, ({ id, title }) => [title, id, null]);

  test('ends with a cursor to the next page while there is one', () => {
    const { items, nextCursor } = page(2);
    expect(items).toEqual(['issue 1', 'issue 2']);
    expect(decodeCursor(nextCursor ?? '', 3)).toEqual(['issue 2', 2, null]);
    expect(page(3).nextCursor).toBeNull();
  });

  test('begins at the first page without a cursor', () => {
    expect(decodeCursor(undefined, 3)).toBeUndefined();
  });

  test.each(['', 'x', encodeCursor(['one']), Buffer.from('{"a":1}').toString('base64url'), Buffer.from('[{},1,2]').toString('base64url')])('refuses the cursor "%s", which is none of its own', async (cursor) => {
    expect(await problemOf(Promise.resolve().then(() => decodeCursor(cursor, 3)))).toMatchObject({ status: 400, errors: [{ parameter: 'cursor', code: 'bad_cursor' }] });
  });

  test.each<[keyof typeof CURSOR_PARTS, string, string]>([
    ['uuid', '0198f000-0000-7000-8000-000000000000', 'x'],
    ['time', '2026-11-25 01:43:26.924311+00', '2026-13-45 99:99:99+00'],
    ['time', '2026-11-25T01:43:26Z', 'yesterday'],
  ])('refuses one whose first part is no %s: takes %s, not %s', async (kind, good, bad) => {
    expect(decodeCursor(encodeCursor([good]), 1, CURSOR_PARTS[kind])).toEqual([good]);
    expect(await problemOf(Promise.resolve().then(() => decodeCursor(encodeCursor([bad]), 1, CURSOR_PARTS[kind])))).toMatchObject({ status: 400, errors: [{ code: 'bad_cursor' }] });
  });
});
