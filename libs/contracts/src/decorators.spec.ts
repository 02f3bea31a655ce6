import 'reflect-metadata';

import { describe, expect, test } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { IsArray, IsString, validateSync } from 'class-validator';

import { IsPart, IsParts, isTime } from './decorators.js';

class Wheel {
  @IsString() maker!: string;
}

class Cart {
  @IsPart(() => Wheel) front!: Wheel;
  @IsArray() @IsParts(() => Wheel) spare!: Wheel[];
}

const WHEEL = { maker: 'acme' };

function wrong(cart: object): string[] {
  return validateSync(plainToInstance(Cart, cart)).map(({ property }) => property);
}

describe('a part', () => {
  test('keeps its own contract', () => {
    expect(wrong({ front: WHEEL, spare: [WHEEL] })).toEqual([]);
    expect(wrong({ front: { maker: 1 }, spare: [{ maker: 1 }] })).toEqual(['front', 'spare']);
  });

  test.each([[[]], [[WHEEL]], ['wheel'], [null]])('is one object, which %j is not', (front) => {
    expect(wrong({ front, spare: [] })).toEqual(['front']);
  });

  test.each([[[[]]], [[[WHEEL]]], [['wheel']], [[null]]])('among several is one object: not so in %j', (spare) => {
    expect(wrong({ front: WHEEL, spare })).toEqual(['spare']);
  });
});

describe('a time', () => {
  test.each(['2026-11-26T23:59:59Z', '2026-11-26t23:59:59.123456z', '2024-02-29T00:00:00+14:00', '2026-11-26', `2026-11-26T23:59:59.${'1'.repeat(30)}Z`, '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])('is %s', (text) => {
    expect(isTime(text)).toBe(true);
  });

  test.each(['2026-02-30T00:00:00Z', '2026-02-29', '0000-01-01', '2026-11', '2026-W48', '2026-11-26T24:00:00Z', '2026-11-26T10:00', '2026-11-26T10:00:00', '2026-11-26T10:00:00+23:00', 'yesterday', '', 7, null, `2026-11-26T23:59:59.${'1'.repeat(31)}Z`, '0001-01-01T00:00:00+15:00', '9999-12-31T23:59:59-15:00'])('is not %s', (value) => {
    expect(isTime(value)).toBe(false);
  });
});
