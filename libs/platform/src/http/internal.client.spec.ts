import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from '@jest/globals';

import { InternalClient } from './internal.client.js';

const nobody = 'http://127.0.0.1:1';
const client = new InternalClient('notifier', { connector: nobody, issues: nobody, workflows: nobody, notifier: nobody }, new Uint8Array(32));

test.each(['.', '..', '%2e', '%2E%2e'])('an id "%s" from outside makes no other route of the path: nothing has it, and nobody is asked', async (id) => {
  await expect(client.get('connector', `/internal/connections/${id}/credential`)).resolves.toBeUndefined();
  await expect(client.get('connector', `/internal/connections/${id}`)).resolves.toBeUndefined();
});

test.each(["/internal/commands/in-transit?organizationId=o'neil..", '/internal/commands/acme%2Fb/c'])('%s leads where it says', async (path) => {
  await expect(client.get('connector', path)).rejects.toThrow('connector cannot be reached');
});

/** What a client says of an answer that comes to `/internal/x`, and to nothing else. */
async function saidOf(answer: { status: number; body: string }, addressEnds = ''): Promise<unknown> {
  const server = createServer((request, response) => {
    const { status, body } = request.url === '/internal/x' ? answer : { status: 400, body: '{}' };
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}${addressEnds}`;
  try {
    return await new InternalClient('notifier', { connector: address, issues: nobody, workflows: nobody, notifier: nobody }, new Uint8Array(32)).get('connector', '/internal/x');
  } finally {
    server.close();
  }
}

test.each(['/', '//'])('an address that ends with "%s" is the same address', async (end) => {
  await expect(saidOf({ status: 200, body: '{"there":true}' }, end)).resolves.toEqual({ there: true });
});

test('what a peer does not have is a value', async () => {
  await expect(saidOf({ status: 404, body: '{"type":"urn:tocsin:problem:not_found"}' })).resolves.toBeUndefined();
});

test.each(['{"type":"urn:tocsin:problem:no_route"}', '<html>nothing here</html>', ''])('a 404 of somebody who does not know the route says nothing of what was asked for: %s', async (body) => {
  await expect(saidOf({ status: 404, body })).rejects.toThrow('connector cannot be reached');
});
