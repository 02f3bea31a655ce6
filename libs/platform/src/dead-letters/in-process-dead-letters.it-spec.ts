import 'reflect-metadata';
import { describe } from '@jest/globals';

import { InProcessBus } from '../bus/in-process-bus.js';
import { createLogger } from '../logging/logger.js';
import { describeDeadLetters } from './dead-letters.suite.js';

describe('dead letters of the bus in PostgreSQL', () => {
  describeDeadLetters(async (database) => {
    const bus = new InProcessBus({ databaseUrl: database.url, logger: createLogger('bus', 'silent'), retryDelayMs: 100, maxAttempts: 3 });
    await bus.start();
    return {
      bus,
      produce: async (body, { id, type = 'slack.send.v1' }) => {
        const [refusal] = await bus.publish([{ id, type, exchange: 'tocsin.commands', source: '/test', body: body.toString('utf8') }]);
        if (refusal) throw refusal;
      },
      tearDown: () => bus.close(),
    };
  });
});
