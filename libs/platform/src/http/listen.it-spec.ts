import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

import { afterEach, describe, expect, test } from '@jest/globals';
import type { Problem } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import { listen, type Listening } from './listen.js';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close()));
});

async function listening(...args: Parameters<typeof listen>): Promise<Listening> {
  const opened = await listen(...args);
  open.push(opened);
  return opened;
}

describe('a service', () => {
  test('listens on loopback, by the name localhost as well', async () => {
    const { url, port } = await listening((_, response) => response.end('here'), 0, undefined);
    expect(url).toBe(`http://127.0.0.1:${port}`);
    await expect((await fetch(`http://localhost:${port}`)).text()).resolves.toBe('here');
  });

  test('shows an address that can be called when it listens on all', async () => {
    const { url, port } = await listening((_, response) => response.end('here'), 0, '0.0.0.0');
    expect(url).toBe(`http://127.0.0.1:${port}`);
  });

  test('lets a body take as long as it takes, and no longer for the headers before it than a minute', async () => {
    const { url } = await listening((incoming, response) => {
      const { requestTimeout, headersTimeout } = (incoming.socket as Socket & { server: Server }).server;
      response.end(JSON.stringify([requestTimeout, headersTimeout]));
    }, 0, undefined);
    await expect((await fetch(url)).json()).resolves.toEqual([0, 60_000]);
  });

  test('says in a sentence that its port is taken', async () => {
    const { port } = await listening((_, response) => response.end(), 0, undefined);
    await expect(listen((_, response) => response.end(), port, undefined)).rejects.toThrow(`Port ${port} is taken by another program; set PORT to a free one.`);
  });

  (hasIpv6 ? test : test.skip)('listens on neither address when one of the two is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => { other.listen(0, '::1', resolve); });
    const { port } = other.address() as AddressInfo;
    await expect(listen((_, response) => response.end(), port, undefined)).rejects.toThrow('is taken');
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
    other.close();
  });

  test('lets a request in work end when it closes, and takes no new one', async () => {
    let release: () => void = () => {};
    let began = false;
    const served = await listen((_, response) => {
      began = true;
      release = () => response.end('done');
    }, 0, undefined);
    const answered = new Promise<string>((resolve, reject) => {
      request({ port: served.port, host: '127.0.0.1', agent: false }, (response) => {
        response.on('data', (chunk: Buffer) => { resolve(chunk.toString()); });
      }).on('error', reject).end();
    });
    await eventually(() => began);
    const closed = served.close();
    release();
    await expect(answered).resolves.toBe('done');
    await closed;
    await expect(fetch(`http://127.0.0.1:${served.port}`)).rejects.toThrow();
  });
});

describe('what is no request', () => {
  async function answerTo(lines: string): Promise<{ head: string; problem: Problem }> {
    const { port } = await listening((_, response) => response.end('here'), 0, undefined);
    const socket = connect(port, '127.0.0.1');
    socket.write(lines);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    return { head, problem: JSON.parse(body) as Problem };
  }

  test.each([
    ['headers of more than 16 kB', `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(17_000)}\r\n\r\n`, 431, 'headers_too_large'],
    ['an address of more than 16 kB', `GET /?q=${'x'.repeat(17_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431, 'headers_too_large'],
    ['a body with two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400, 'not_http'],
    ['no HTTP at all', 'EHLO there\r\n\r\n', 400, 'not_http'],
  ])('is answered with problem details and the end of the connection: %s', async (_, lines, status, code) => {
    const { head, problem } = await answerTo(lines);
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*application/problem\\+json[\\s\\S]*Connection: close`));
    expect(problem).toMatchObject({ status, type: `urn:tocsin:problem:${code}`, requestId: expect.any(String), detail: expect.any(String) });
  });
});
