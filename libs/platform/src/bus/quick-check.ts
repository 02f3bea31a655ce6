/**
 * A first look at the data of an event with a compiled JSON schema, made from the very validators of its contract class:
 * ten times cheaper than the validators themselves. It only ever says "valid"; whatever it does not accept is judged, and
 * its places are named, by the validators.
 */
import { Ajv, type ValidateFunction } from 'ajv';

import { isDeliverySource, isDestination, isTime, isTotals } from '@tocsin/contracts';

import { contractSchemas } from '../service/openapi.js';

const checks = new Map<string, ValidateFunction>();
let compiler: Ajv | undefined;

/** @returns the data as an instance of its contract, without unknown fields; undefined when it must be looked at closely. Works on `data` itself */
export function quickCheck(contract: new () => object, data: object): object | undefined {
  return compiledCheck(contract)(data) ? (Object.setPrototypeOf(data, contract.prototype as object) as object) : undefined;
}

/** Compiling takes a while: asked for beforehand, so that no message waits for it. */
export function compiledCheck(contract: new () => object): ValidateFunction {
  return checks.get(contract.name) ?? compile(contract);
}

/** A class without validators of its own is checked by those that it inherits. */
function compile(contract: new () => object): ValidateFunction {
  compiler ??= prepare();
  let checked: unknown = contract;
  while (typeof checked === 'function') {
    const check = compiler.getSchema(`#/components/schemas/${checked.name}`);
    if (check) {
      checks.set(contract.name, check);
      return check;
    }
    checked = Object.getPrototypeOf(checked);
  }
  throw new Error(`${contract.name} has no validators`);
}

function prepare(): Ajv {
  const ajv = new Ajv({ removeAdditional: 'all', strict: false });
  const shapes: Readonly<Record<string, (value: unknown) => boolean>> = { destination: isDestination, deliverySource: isDeliverySource, totals: isTotals, time: isTime };
  ajv.addKeyword({ keyword: 'x-shape', validate: (shape: string, value: unknown) => shapes[shape]?.(value) === true });
  const converters = { isDestination: () => ({ 'x-shape': 'destination' }), isDeliverySource: () => ({ 'x-shape': 'deliverySource' }), isTotals: () => ({ 'x-shape': 'totals' }), isTime: () => ({ 'x-shape': 'time' }) };
  for (const [name, schema] of Object.entries(contractSchemas(converters))) ajv.addSchema(schema, `#/components/schemas/${name}`);
  return ajv;
}
