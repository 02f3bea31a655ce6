import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@tocsin/testing';
import { DataSource } from 'typeorm';

import type { BusState, MessageBus } from '../bus/message-bus.js';
import { Metrics } from '../metrics/metrics.js';
import { Readiness } from './readiness.js';

let server: TestDatabase;
let database: DataSource;
beforeAll(async () => {
  server = await testDatabase();
  database = await new DataSource({ type: 'postgres', url: server.url }).initialize();
});
afterAll(async () => {
  if (database.isInitialized) await database.destroy();
  await server.drop();
});

function readinessWith(bus: { state: BusState }): { readiness: Readiness; told: (part: string) => Promise<string | undefined> } {
  const metrics = new Metrics();
  const readiness = new Readiness(database, bus as MessageBus, metrics);
  readiness.onApplicationBootstrap();
  return { readiness, told: async (part) => new RegExp(`^tocsin_part_ready\\{part="${part}"\\} (.*)$`, 'm').exec(await metrics.registry.metrics())?.[1] };
}

describe('a process', () => {
  test('serves on while the message bus is away: what it accepts waits in its outbox', async () => {
    const bus: { state: BusState } = { state: 'ready' };
    const { readiness, told } = readinessWith(bus);
    await expect(readiness.look()).resolves.toEqual({ status: 'ok', parts: { database: 'ready', messageBus: 'ready' } });
    bus.state = 'connecting';
    await expect(readiness.look()).resolves.toEqual({ status: 'degraded', parts: { database: 'ready', messageBus: 'connecting' } });
    expect([await told('database'), await told('message_bus')]).toEqual(['1', '0']);
  });

  test('that never reached its message bus is not ready: its address may be wrong', async () => {
    const { readiness } = readinessWith({ state: 'connecting' });
    await expect(readiness.look()).resolves.toMatchObject({ status: 'unavailable' });
  });

  test('is not ready without its database, and says so while nothing else can be told', async () => {
    const { readiness, told } = readinessWith({ state: 'ready' });
    await database.destroy();
    await expect(readiness.look()).resolves.toEqual({ status: 'unavailable', parts: { database: 'unreachable', messageBus: 'ready' } });
    expect([await told('database'), await told('message_bus')]).toEqual(['0', '1']);
  });
});
