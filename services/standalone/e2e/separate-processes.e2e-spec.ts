import { randomBytes } from 'node:crypto';

import { describe, test } from '@jest/globals';
import { connect } from 'amqplib';

import { EXCHANGES } from '@tocsin/contracts';
import { freePort, hasTestBroker, startProcess, startSandboxProcess, testBroker, testDatabase, testIssuer, type StartedProcess } from '@tocsin/testing';

import { theMainJob } from './journey.suite.js';
import type { Product } from './product.js';

const SERVICES = ['connector', 'issues', 'workflows', 'notifier'] as const;

async function separateProcesses(): Promise<Product> {
  const [database, broker, issuer, sandbox] = [await testDatabase(), testBroker(), await testIssuer(), await startSandboxProcess()];
  const ports = Object.fromEntries(await Promise.all([...SERVICES, 'console'].map(async (name) => [name, String(await freePort())] as const)));
  const url = `http://localhost:${ports.console ?? ''}`;
  const settings = {
    DATABASE_URL: database.url,
    AMQP_URL: broker.url,
    AMQP_PREFIX: broker.prefix,
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    OIDC_ISSUER: issuer.url,
    SLACK_BASE_URL: sandbox.url,
    PUBLIC_URL: url,
    LOG_LEVEL: 'warn',
    DATABASE_POOL_SIZE: '4',
    ...Object.fromEntries(SERVICES.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[name] ?? ''}`])),
  };
  const processes: StartedProcess[] = await Promise.all(SERVICES.map((name) => startProcess(`services/${name}/dist/main.js`, { ...settings, PORT: ports[name] ?? '' }, { timeout: 60_000 })));
  processes.push(await startProcess('services/console/dist/server/main.js', { ...settings, PORT: ports.console ?? '' }));
  return {
    url,
    sandboxUrl: sandbox.url,
    token: (user, organization, roles) => issuer.token({ user, ...(organization !== undefined && { organization }), ...(roles && { roles }) }),
    publishCommand: async (body, messageId) => {
      const amqp = await connect(broker.url, { noDelay: true });
      const channel = await amqp.createConfirmChannel();
      channel.publish(`${broker.prefix}${EXCHANGES.commands}`, 'slack.send.v1', Buffer.from(body), { messageId, persistent: true, mandatory: true, contentType: 'application/cloudevents+json' });
      await channel.waitForConfirms();
      await amqp.close();
    },
    stop: async () => {
      await Promise.all(processes.map((running) => running.stop()));
      await sandbox.stop();
      await issuer.stop();
      await broker.cleanup();
      await database.drop();
    },
  };
}

if (hasTestBroker()) {
  theMainJob('with RabbitMQ and PostgreSQL and each service as a process of its own', separateProcesses, { hasBroker: true });
} else {
  describe.skip('the main job with RabbitMQ', () => {
    test('needs RabbitMQ', () => {});
  });
}
