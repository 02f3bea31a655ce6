import { expect, jest, test } from '@jest/globals';

import { Metrics } from './metrics.js';

test('a gauge whose value cannot be had is left out until it can, and the others are told', async () => {
  const metrics = new Metrics();
  let isAway = true;
  const read = <T>(value: T) => async (): Promise<T> => (isAway ? Promise.reject(new Error('the database is away')) : Promise.resolve(value));
  metrics.gauge('pending', 'One value.', read(3));
  metrics.gaugeBy('letters', 'A value for each queue.', 'queue', read([{ queue: 'a', count: 2 }]));
  metrics.counter('requests', 'Needs no database.', []).inc();

  const withoutDatabase = await metrics.registry.metrics();
  expect(withoutDatabase).toMatch(/^requests 1$/m);
  expect(withoutDatabase).not.toMatch(/^(pending|letters)\b/m);

  isAway = false;
  expect(await metrics.registry.metrics()).toMatch(/^pending 3$[^]*^letters\{queue="a"\} 2$/m);
  isAway = true;
  expect(await metrics.registry.metrics()).not.toMatch(/^(pending|letters)\b/m);
});

test('a gauge whose value does not come keeps nobody from the others', async () => {
  jest.useFakeTimers();
  const metrics = new Metrics();
  metrics.gauge('pending', 'One value.', () => new Promise(() => undefined));
  metrics.counter('requests', 'Needs no database.', []).inc();
  const told = metrics.registry.metrics();
  await jest.advanceTimersByTimeAsync(4000);
  expect(await told).toMatch(/^requests 1$/m);
  jest.useRealTimers();
});
