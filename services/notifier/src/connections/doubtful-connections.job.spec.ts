import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from '@jest/globals';

import { createLogger, PeerUnavailable, type Audit, type InternalClient, type Outbox } from '@tocsin/platform';
import { eventually } from '@tocsin/testing';

import type { WaitingRepository } from '../deliveries/waiting.repository.js';
import type { ConnectionNews } from './connection-news.js';
import type { ConnectionRepository } from './connection.repository.js';
import { DoubtfulConnectionsJob } from './doubtful-connections.job.js';

test('while connector does not answer, a stop waits for one question and not for those about all connections', async () => {
  const asked: string[] = [];
  const connections: Pick<ConnectionRepository, 'takeDoubtful'> = { takeDoubtful: () => Promise.resolve(Array.from({ length: 50 }, (_, n) => `connection-${n}`)) };
  const news: Pick<ConnectionNews, 'ask'> = {
    ask: async (id) => {
      asked.push(id);
      await sleep(100);
      throw new PeerUnavailable('connector', new Error('no answer'));
    },
  };
  const job = new DoubtfulConnectionsJob(
    connections as ConnectionRepository, news as ConnectionNews, { endAll: () => Promise.resolve(0) } as unknown as WaitingRepository, {} as Outbox,
    { get: () => Promise.resolve(undefined) } as unknown as InternalClient, {} as Audit, createLogger('notifier', 'silent'),
  );
  await job.onApplicationBootstrap();
  await eventually(() => asked.length === 2);
  await job.onModuleDestroy();
  expect(asked).toEqual(['connection-0', 'connection-1']);
});
