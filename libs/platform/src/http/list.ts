/** Lists: `{items, nextCursor}`, keyset paging with an opaque cursor, comma or repeated values. */
import { ApiOkResponse } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

import { Field, isDay } from '@tocsin/contracts';

import { badRequest } from './problem.exception.js';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** A number in a query, as decimal digits and nothing else; what is not written like that stays text, which no check for a number passes. */
export function QueryNumber(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value));
}

/** Query of every list route. */
export class ListQuery {
  @Field('How many items a page holds at most, 1 to 200; left out = 50.') @IsOptional() @QueryNumber() @IsInt() @Min(1) @Max(200) limit = 50;
  @Field('`nextCursor` of the page before, as it is; left out = the first page.') @IsOptional() @IsString() cursor?: string;
}

/** What OpenAPI says of a page beside: the front makes one list out of those of all services. */
export const OF_ALL_SERVICES = { unavailable: { type: 'array', items: { type: 'string' }, description: 'Services that could not be asked, so that their items are missing; left out when every one was.' } } as const;

/** How OpenAPI describes the answer of a list route. @param item left out where nothing more is said of it */
export function ApiPage(item?: new () => object, beside: Partial<typeof OF_ALL_SERVICES> = {}): MethodDecorator {
  return ApiOkResponse({
    schema: {
      type: 'object',
      required: ['items', 'nextCursor'],
      properties: {
        items: { type: 'array', items: item ? { $ref: `#/components/schemas/${item.name}` } : { type: 'object' }, description: 'The items of this page.' },
        nextCursor: { type: ['string', 'null'] as never, description: 'Where the next page begins, for `cursor`; null at the end.' },
        ...beside,
      },
    },
  });
}

/** Several values of one parameter, repeated or by comma, as one array. */
export function CommaList(): PropertyDecorator {
  return Transform(({ value }) => (value === undefined ? undefined : ([] as unknown[]).concat(value).flatMap((item) => (typeof item === 'string' ? item.split(',').map((part) => part.trim()) : [item]))));
}

/** Where the next page begins: the sort key of the last item. */
export function encodeCursor(key: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** What a part of a cursor must look like. */
interface CursorPart {
  test: (part: string) => boolean;
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)[ T]([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,6})?(Z|[+-](0\d|1[0-5])(:?[0-5]\d)?)$/;

/** Parts of which PostgreSQL would refuse anything else. */
export const CURSOR_PARTS = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  time: {
    test: (part: string): boolean => {
      const [, year, month, day] = TIME.exec(part) ?? [];
      return isDay(Number(year), Number(month), Number(day));
    },
  },
} satisfies Record<string, CursorPart>;

/**
 * @param first what the first part must look like
 * @throws ProblemException 400 when the cursor is not one of ours with `length` parts
 */
export function decodeCursor(cursor: string | undefined, length: number, first?: CursorPart): (string | number | null)[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === length && (first?.test(String(key[0])) ?? true) && key.every((part) => part === null || typeof part === 'string' || typeof part === 'number')) return key as (string | number | null)[];
  } catch {
    // falls through to the refusal: what cannot be decoded is not ours
  }
  throw badRequest('The cursor is not valid.', [{ parameter: 'cursor', code: 'bad_cursor', message: 'use nextCursor of the previous page as it is' }]);
}

/** Cuts `rows`, fetched with one more than `limit`, into a page. */
export function toPage<Row, Item>(rows: readonly Row[], limit: number, view: (row: Row) => Item, key: (row: Row) => readonly (string | number | null)[]): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(view), nextCursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null };
}
