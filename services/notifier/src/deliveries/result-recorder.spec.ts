import { describe, expect, test } from '@jest/globals';

import type { Logger } from '@tocsin/platform';
import { eventually } from '@tocsin/testing';

import type { DeliveryResult } from './delivery-result.js';
import type { LaneRepository } from './lane.repository.js';
import { ResultRecorder } from './result-recorder.js';

const RESULT = { organizationId: 'acme', deliveryId: 'd1', state: 'posted' } as DeliveryResult;
const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** Lanes of a database that fails as told, then works. */
function recorder(...failures: Error[]): { recorder: ResultRecorder; recorded: DeliveryResult[]; errors: unknown[]; told: string[] } {
  const recorded: DeliveryResult[] = [];
  const errors: unknown[] = [];
  const told: string[] = [];
  const lanes: Pick<LaneRepository, 'finish'> = {
    finish: (results) => {
      const failure = failures.shift();
      if (failure) return Promise.reject(failure);
      recorded.push(...results);
      return Promise.resolve();
    },
  };
  const logger = { error: (entry: unknown) => errors.push(entry), warn: (_: unknown, text: string) => told.push(text), info: (text: string) => told.push(text) } as unknown as Logger;
  return { recorder: new ResultRecorder(lanes as LaneRepository, logger), recorded, errors, told };
}

describe('a result', () => {
  test('is kept while the database is away, which is said once, and nothing new is to be claimed meanwhile', async () => {
    const { recorder: results, recorded, told } = recorder(away, away, away);
    const done = Promise.all([results.record(RESULT), results.record({ ...RESULT, deliveryId: 'd2' })]);
    await eventually(() => results.isBehind);
    await expect(done).resolves.toEqual([true, true]);
    expect(recorded).toHaveLength(2);
    expect(results.isBehind).toBe(false);
    expect(told).toEqual(['results wait for the database; nothing new is sent meanwhile', 'no result waits for the database']);
  });

  test('that the database refuses again and again is given up with an error, for its lease ends', async () => {
    const { recorder: results, recorded, errors } = recorder(...Array.from({ length: 9 }, () => new Error('invalid input syntax')));
    await expect(results.record(RESULT)).resolves.toBe(false);
    expect(recorded).toEqual([]);
    expect(errors).toMatchObject([{ commandId: 'd1', organizationId: 'acme' }]);
    expect(results.isBehind).toBe(false);
  }, 10_000);

  test('is not given up over a single defect after the database was away for long', async () => {
    const { recorder: results, recorded, errors } = recorder(...Array.from({ length: 6 }, () => away), new Error('a defect of a moment'));
    await expect(results.record(RESULT)).resolves.toBe(true);
    expect(recorded).toEqual([RESULT]);
    expect(errors).toEqual([]);
  }, 15_000);

  test('is recorded without what it leaves for later messages when that is what the database refuses', async () => {
    const { recorder: results, recorded, errors } = recorder(...Array.from({ length: 5 }, () => new Error('integer out of range')));
    await expect(results.record(Object.assign({ trace: { kind: 'told' } }, RESULT) as DeliveryResult)).resolves.toBe(true);
    expect(recorded).toEqual([RESULT]);
    expect(errors).toHaveLength(1);
  }, 10_000);

  test('is kept also without that, when the database goes away just then', async () => {
    const { recorder: results, recorded } = recorder(...Array.from({ length: 5 }, () => new Error('integer out of range')), away);
    await expect(results.record(Object.assign({ trace: { kind: 'told' } }, RESULT) as DeliveryResult)).resolves.toBe(true);
    expect(recorded).toEqual([RESULT]);
  }, 10_000);
});
