/** Checks the data of an event against the contract of its type. On the bus contracts only grow, so unknown fields are dropped; over HTTP they are refused. */
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';

import type { ProblemPlace } from '@tocsin/contracts';

import { placesOf } from '../http/contract.pipe.js';
import { tooDeep } from '../http/depth.js';
import { withoutNulls } from '../http/left-out.js';
import { tooMany } from '../http/quantity.js';
import { quickCheck } from './quick-check.js';

/** `isWhole`: no field was dropped or changed. */
export type CheckedData = { ok: true; data: object; isWhole: boolean } | { ok: false; places: ProblemPlace[] };

/** @param pointer where the data stands in the document that the places are to name. @param unknown what becomes of fields that the contract does not know */
export async function checkData(contract: new () => object, data: unknown, pointer = '/data', unknown: 'dropped' | 'refused' = 'dropped'): Promise<CheckedData> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return { ok: false, places: [{ pointer, code: 'wrong_type', message: 'data must be a JSON object' }] };
  const depth = tooDeep(data, pointer);
  if (depth) return { ok: false, places: [depth] };
  const fields = fieldsIn(data);
  const sent = unknown === 'refused' ? structuredClone(data) : data; // a quick check takes unknown fields out
  const quickly = quickCheck(contract, data);
  if (quickly && (unknown === 'dropped' || fieldsIn(quickly) === fields)) {
    const kept = withoutNulls(quickly);
    return { ok: true, data: kept, isWhole: fieldsIn(kept) === fields };
  }
  const quantity = tooMany(sent, pointer);
  if (quantity) return { ok: false, places: [quantity] };
  const instance = plainToInstance(contract, sent);
  const errors = await validate(instance, { whitelist: true, forbidNonWhitelisted: unknown === 'refused', forbidUnknownValues: false });
  if (errors.length > 0) return { ok: false, places: errors.flatMap((error) => placesOf(error, pointer)) };
  return { ok: true, data: withoutNulls(instance), isWhole: false };
}

/** How many fields it has, at every depth. */
function fieldsIn(value: object): number {
  let fields = 0;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) fields += typeof item === 'object' && item !== null ? 1 + fieldsIn(item) : 1;
    return fields;
  }
  for (const name in value) {
    const field = (value as Record<string, unknown>)[name];
    fields += 1;
    if (typeof field === 'object' && field !== null) fields += fieldsIn(field);
  }
  return fields;
}
