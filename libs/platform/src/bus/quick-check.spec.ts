import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { array, assert, asyncProperty, constantFrom, jsonValue, nat, oneof, record } from 'fast-check';

import { MESSAGES } from '@tocsin/contracts';

import { withoutNulls } from '../http/left-out.js';
import { quickCheck } from './quick-check.js';

const SAMPLES = join(import.meta.dirname, '../../../contracts/samples');

function sample(type: string): object {
  return (JSON.parse(readFileSync(join(SAMPLES, `${type}.json`), 'utf8')) as { data: object }).data;
}

async function closely(contract: new () => object, data: object): Promise<object | undefined> {
  const instance = plainToInstance(contract, data);
  const errors = await validate(instance, { whitelist: true, forbidUnknownValues: false });
  return errors.length === 0 ? withoutNulls(instance) : undefined;
}

/** Every object inside a value, itself included. */
function places(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : [value as Record<string, unknown>]), ...Object.values(value).flatMap(places)];
}

describe.each(MESSAGES.map(({ type, contract }): [string, new () => object] => [type, contract]))('%s', (type, contract) => {
  test('its sample is accepted at once, as it is', async () => {
    const data = sample(type);
    expect(quickCheck(contract, structuredClone(data))).toEqual(JSON.parse(JSON.stringify(await closely(contract, data))));
  });

  test('unknown fields are dropped, at every depth', () => {
    const data = sample(type);
    const more = structuredClone(data);
    (more as Record<string, unknown>).unknown = { field: 1 };
    expect(quickCheck(contract, more)).toEqual(quickCheck(contract, structuredClone(data)));
  });

  test('nothing is accepted that its validators refuse, and what is accepted is the same', async () => {
    const odd = oneof(jsonValue(), constantFrom<unknown>('', ' ', '2026-02-30T00:00:00Z', '2026-11-25', '2026-11-25T08:00:60Z', 'C0SECALERT', 'x'.repeat(5000), -1, 1.5, 1e300, {}, [], [null], { id: 'C0SECALERT', name: 'x' }));
    const change = record({ place: nat(), field: nat(), value: odd, drop: constantFrom(true, false, false, false) });
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const data = structuredClone(sample(type));
        for (const { place, field, value, drop } of changes) {
          const inside = places(data);
          const target = inside[place % inside.length];
          const names = Object.keys(target ?? {});
          const name = names[field % Math.max(1, names.length)];
          if (!target || name === undefined) continue;
          if (drop) Reflect.deleteProperty(target, name);
          else target[name] = structuredClone(value);
        }
        const judged = await closely(contract, structuredClone(data));
        const accepted = quickCheck(contract, structuredClone(data));
        if (accepted) expect(withoutNulls(plainToInstance(contract, accepted))).toEqual(judged);
      }),
      { numRuns: 100 },
    );
  });
});
