/** PostgreSQL and RabbitMQ for a run: the suite's own, which faults may strike, or those that the tests of the project share. */
import { testBrokerUrl, testServerUrl } from '@tocsin/testing';

import { OwnBroker } from './own-broker.js';
import { OwnPostgres } from './own-postgres.js';

export interface Servers {
  databaseUrl: string;
  amqpUrl: string;
  /** Undefined where servers are shared: no fault may strike them. */
  broker?: OwnBroker;
  postgres?: OwnPostgres;
  stop: () => Promise<void>;
}

export async function ownServers(): Promise<Servers> {
  const postgres = await OwnPostgres.create();
  const broker = await OwnBroker.create().catch(async (error: unknown) => {
    await postgres.remove();
    throw error;
  });
  return {
    databaseUrl: postgres.url, amqpUrl: broker.url, postgres, broker,
    stop: async () => { await Promise.all([postgres.remove(), broker.remove()]); },
  };
}

export function sharedServers(): Servers {
  return { databaseUrl: testServerUrl(), amqpUrl: testBrokerUrl(), stop: () => Promise.resolve() };
}
