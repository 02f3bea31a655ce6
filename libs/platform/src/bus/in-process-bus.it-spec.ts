import 'reflect-metadata';
import { describe } from '@jest/globals';
import { testDatabase } from '@tocsin/testing';

import { createLogger } from '../logging/logger.js';
import { InProcessBus } from './in-process-bus.js';
import { describeMessageBus, MAX_ATTEMPTS_IN_TESTS, type DeadLetter } from './message-bus.suite.js';

const SILENT = createLogger('test', 'silent');

describe('the message bus in PostgreSQL', () => {
  describeMessageBus(async () => {
    const database = await testDatabase();
    return {
      open: async () => {
        const bus = new InProcessBus({ databaseUrl: database.url, logger: SILENT, retryDelayMs: 100, maxAttempts: MAX_ATTEMPTS_IN_TESTS });
        await bus.start();
        return bus;
      },
      deadLetters: (queue) => database.query<DeadLetter & Record<string, unknown>>('select message_id as "messageId", reason, error from bus.dead_letters where queue = $1', [queue]),
      tearDown: () => database.drop(),
    };
  });
});
