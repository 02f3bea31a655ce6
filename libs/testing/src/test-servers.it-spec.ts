import { connect } from 'amqplib';
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, test } from '@jest/globals';

import { EXCHANGES } from '@tocsin/contracts';

import { hasTestBroker, testBroker } from './test-broker.js';
import { testDatabase } from './test-database.js';
import { testIssuer } from './test-issuer.js';

describe('a test database', () => {
  test('is its own and is gone after drop', async () => {
    const [one, other] = [await testDatabase(), await testDatabase()];
    await one.query('create table here (id int)');
    await expect(other.query('select * from here')).rejects.toThrow('does not exist');
    const name = new URL(one.url).pathname.slice(1);
    await one.drop();
    await expect(other.query('select datname from pg_database where datname = $1', [name])).resolves.toEqual([]);
    await other.drop();
  });
});

(hasTestBroker() ? describe : describe.skip)('a corner of the broker', () => {
  test('leaves nothing behind after cleanup', async () => {
    const { url, prefix, cleanup } = testBroker();
    const queue = `${prefix}notifier.slack.send.v1`;
    const connection = await connect(url);
    connection.on('error', () => undefined);
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    await channel.assertQueue(queue, { durable: true });
    await channel.assertExchange(prefix + EXCHANGES.commands, 'topic');
    await cleanup();
    await expect(channel.checkQueue(queue)).rejects.toThrow('NOT_FOUND');
    await connection.close();
  });
});

describe('a test issuer', () => {
  test('signs tokens that its published keys verify, and others do not', async () => {
    const issuer = await testIssuer();
    const { jwks_uri } = (await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json()) as { jwks_uri: string };
    const token = await issuer.token({ user: 'ada@acme.example', organization: 'globex', roles: ['viewer'] });
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), { issuer: issuer.url });
    expect(payload).toMatchObject({ sub: 'ada@acme.example', email: 'ada@acme.example', organization: 'globex', roles: ['viewer'] });
    await expect(jwtVerify(token, createLocalJWKSet({ keys: [] }))).rejects.toThrow();
    await issuer.stop();
  });

  test('can sign a token that has expired', async () => {
    const issuer = await testIssuer();
    const token = await issuer.token({ user: 'ada@acme.example', expiresIn: -60 });
    await expect(jwtVerify(token, createRemoteJWKSet(new URL(`${issuer.url}/jwks.json`)))).rejects.toThrow('"exp" claim timestamp check failed');
    await issuer.stop();
  });
});
