import type { Server } from 'node:http';
import type { Socket } from 'node:net';

import { expect, test } from '@jest/globals';

import { listen } from './listen.js';

test('a body may take as long as it takes, the headers before it a minute', async () => {
  const front = await listen((request, response) => {
    const { requestTimeout, headersTimeout } = (request.socket as Socket & { server: Server }).server;
    response.end(JSON.stringify([requestTimeout, headersTimeout]));
  }, 0, undefined);
  await expect((await fetch(front.url)).json()).resolves.toEqual([0, 60_000]);
  await front.close();
});
