import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';

import { expect, test } from '@jest/globals';
import type { Problem } from '@tocsin/contracts';

import { listen } from './listen.js';

test('a body may take as long as it takes, the headers before it a minute', async () => {
  const front = await listen((request, response) => {
    const { requestTimeout, headersTimeout } = (request.socket as Socket & { server: Server }).server;
    response.end(JSON.stringify([requestTimeout, headersTimeout]));
  }, 0, undefined);
  await expect((await fetch(front.url)).json()).resolves.toEqual([0, 60_000]);
  await front.close();
});

test('headers that are too large are answered with problem details', async () => {
  const front = await listen((_, response) => response.end(), 0, '127.0.0.1');
  const socket = connect(Number(new URL(front.url).port), '127.0.0.1');
  socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(17_000)}\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  const [head, body = ''] = text.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 431 [\s\S]*application\/problem\+json/);
  expect(JSON.parse(body) as Problem).toMatchObject({ status: 431, type: 'urn:tocsin:problem:headers_too_large' });
  await front.close();
});
