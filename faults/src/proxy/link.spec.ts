import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { eventually } from '@tocsin/testing';

import { Link } from './link.js';

/** A server that says everything back. */
let server: Server;
let link: Link;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  link = new Link({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  await link.listen();
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  link.close();
  server.close();
});

interface Caller {
  socket: Socket;
  heard: () => string;
  ended: () => string | undefined;
}

function call(): Caller {
  const socket = connect(link.port, '127.0.0.1');
  sockets.push(socket);
  let [heard, ended]: [string, string | undefined] = ['', undefined];
  socket.on('data', (chunk: Buffer) => { heard += chunk.toString(); });
  socket.on('error', (error: NodeJS.ErrnoException) => { ended = error.code ?? 'error'; });
  socket.on('close', () => { ended ??= 'closed'; });
  return { socket, heard: () => heard, ended: () => ended };
}

async function talking(): Promise<Caller> {
  const caller = call();
  caller.socket.write('hello');
  await eventually(() => caller.heard() === 'hello');
  return caller;
}

describe('a link', () => {
  test('passes everything on', async () => {
    await talking();
    expect(link.open).toBe(1);
  });

  test('resets what stands when it is cut, and takes new connections', async () => {
    const caller = await talking();
    link.cut();
    expect(await eventually(() => caller.ended())).toBe('ECONNRESET');
    await talking();
  });

  test('refuses, and listens on the same port when it is healed', async () => {
    const { port } = link;
    await link.setMode({ refuse: true });
    const caller = call();
    expect(await eventually(() => caller.ended())).toBe('ECONNREFUSED');
    await link.setMode({});
    expect(link.port).toBe(port);
    await talking();
  });

  test('accepts and resets', async () => {
    await link.setMode({ reset: true });
    const caller = call();
    caller.socket.write('hello');
    expect(await eventually(() => caller.ended())).toBe('ECONNRESET');
  });

  test('in a black hole says nothing to either side, and passes on what was said when it is healed', async () => {
    const caller = await talking();
    await link.setMode({ blackHole: true });
    caller.socket.write(' are you there?');
    const other = call();
    await eventually(() => other.socket.readyState === 'open');
    other.socket.write('hello');
    await aRoundTripBeside();
    expect([caller.heard(), other.heard(), caller.ended(), other.ended()]).toEqual(['hello', '', undefined, undefined]);
    await link.setMode({});
    await eventually(() => caller.heard() === 'hello are you there?');
  });

  test('half open, hears the caller and answers nothing', async () => {
    const caller = await talking();
    link.halfOpen();
    caller.socket.write('anybody?');
    await aRoundTripBeside();
    expect([caller.heard(), caller.ended()]).toEqual(['hello', undefined]);
  });

  test.each(['up', 'down'] as const)('ends after some bytes %s', async (direction) => {
    await link.setMode({ cutAfter: { bytes: 3, direction } });
    const caller = call();
    caller.socket.write('hello');
    await eventually(() => caller.ended());
    expect(caller.heard().length).toBeLessThanOrEqual(3);
  });

  test('is late by what it is told, in each direction', async () => {
    await link.setMode({ latencyMs: 60 });
    const startedAt = performance.now();
    await talking();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115);
  });
});

/** Gives a broken link the time in which a whole one would have answered: a round trip over another one. */
async function aRoundTripBeside(): Promise<void> {
  const beside = new Link({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  await beside.listen();
  const socket = connect(beside.port, '127.0.0.1');
  for (let round = 0; round < 5; round += 1) await new Promise<void>((resolve) => { socket.once('data', () => { resolve(); }); socket.write('x'); });
  socket.destroy();
  beside.close();
}
