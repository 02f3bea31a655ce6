import { describe, expect, test } from '@jest/globals';
import { IsArray, IsOptional, IsString } from 'class-validator';

import { NullClears } from '@tocsin/contracts';

import { checkData } from '../bus/check-data.js';
import { ContractPipe } from './contract.pipe.js';
import { withoutNulls } from './left-out.js';

class Note {
  @IsString() title!: string;
  @IsOptional() @NullClears() @IsString() footer?: string | null;
  @IsOptional() @IsArray() tags?: string[];
}

describe('a field that is null', () => {
  test('is as if left out, at every depth; in a list it stays, for it has a place there', () => {
    expect(withoutNulls({ a: null, b: { c: null, d: 0 }, e: [null, { f: null }], g: '' })).toEqual({ b: { d: 0 }, e: [null, {}], g: '' });
  });

  test('is left out of a body and of the data of an event', async () => {
    const sent = { title: 'x', tags: null };
    const body = await new ContractPipe().transform(sent, { type: 'body', metatype: Note });
    const checked = await checkData(Note, sent);
    expect([Object.keys(body as object), checked.ok && Object.keys(checked.data)]).toEqual([['title'], ['title']]);
  });

  test('stays where null takes away what there is, also of a contract that is extended', async () => {
    class LongNote extends Note {}
    for (const metatype of [Note, LongNote]) expect(await new ContractPipe().transform({ title: 'x', footer: null, tags: null }, { type: 'body', metatype })).toEqual({ title: 'x', footer: null });
  });

  test.each([[{ title: null }, '/title'], [{ title: 'x', colour: null }, '/colour']])('is refused where it must be there, and where nothing of that name is known: %j', async (sent, pointer) => {
    await expect(new ContractPipe().transform(sent, { type: 'body', metatype: Note })).rejects.toMatchObject({ status: 400, content: { errors: [expect.objectContaining({ pointer })] } });
  });
});
