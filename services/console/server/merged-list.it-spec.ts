/** Lists that no service has, or shows to whoever asks. What services have in common is merged in front.it-spec.ts. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import express from 'express';

import { mergedList } from './merged-list.js';
import { assignRequestId } from './problem.js';

let service: Server;
let front: Server;

beforeAll(async () => {
  service = createServer(({ headers: { authorization } }, response) => {
    if (authorization === undefined) response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{}');
    else response.writeHead(401, { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer' }).end('{"status":401}');
  });
  const url = await listening(service);
  const peers = { connector: url, issues: url, workflows: url, notifier: url };
  front = createServer(express().use(assignRequestId).get('/v1/dead-letters', mergedList({ peers, path: '/v1/dead-letters', time: 'receivedAt' })));
  await listening(front);
});

afterAll(() => {
  for (const server of [service, front]) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a list that no service has is not there, rather than empty for whoever asks', async () => {
  const response = await fetch(`http://127.0.0.1:${(front.address() as AddressInfo).port}/v1/dead-letters`);
  expect([response.status, response.headers.get('content-type')]).toEqual([404, expect.stringContaining('application/problem+json')]);
});

test('a refusal to who is calling says how to say that, as the services do', async () => {
  const response = await fetch(`http://127.0.0.1:${(front.address() as AddressInfo).port}/v1/dead-letters`, { headers: { authorization: 'Bearer nobody' } });
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  await expect(response.json()).resolves.toEqual({ status: 401 });
});
