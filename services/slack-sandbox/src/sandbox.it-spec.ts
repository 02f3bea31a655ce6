import { createServer, type AddressInfo } from 'node:net';

import { describe, expect, test } from '@jest/globals';
import { closeSlackConnections, SlackDoor } from '@tocsin/slack';
import { freePort, startProcess, startSandboxProcess } from '@tocsin/testing';

import { ACME } from '../test/running-sandbox.js';
import { startSandbox } from './sandbox.js';

const ENTRY = 'services/slack-sandbox/dist/main.js';

describe('as a process of its own', () => {
  test('says where it is, answers Slack’s own client, and ends at SIGTERM while a call hangs', async () => {
    const sandbox = await startSandboxProcess();
    try {
      expect(sandbox.output()).toBe(`slack-sandbox ready on ${sandbox.url}\n`);
      await fetch(`${sandbox.url}/sandbox/faults`, { method: 'POST', body: '{"method":"users.list","hang":true}' });
      const hanging = fetch(`${sandbox.url}/api/users.list`, { method: 'POST', headers: { authorization: `Bearer ${ACME}` } });
      const cut = expect(hanging).rejects.toThrow();
      expect(await new SlackDoor({ baseUrl: sandbox.url, token: ACME }).authTest()).toMatchObject({ ok: true, value: { workspace: { name: 'Acme' } } });
      await sandbox.stop();
      await cut;
    } finally {
      await closeSlackConnections();
      await sandbox.stop();
    }
  });

  test('a taken port is one clear sentence', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => { other.listen(0, '127.0.0.1', resolve); });
    const { port } = other.address() as AddressInfo;
    try {
      await expect(startProcess(ENTRY, { SANDBOX_PORT: String(port) })).rejects.toThrow(`slack-sandbox cannot start: Port ${port} on 127.0.0.1 is taken by another program. Set SANDBOX_PORT to another one.\n`);
    } finally {
      other.close();
    }
  });

  test.each(['http', '70000', '-1', '3001.5'])('a port that is none is one clear sentence: %s', async (port) => {
    await expect(startProcess(ENTRY, { SANDBOX_PORT: port })).rejects.toThrow(`slack-sandbox cannot start: SANDBOX_PORT must be a port number, not "${port}".\n`);
  });
});

describe('inside another process', () => {
  test('listens on both loopback addresses, or on the one that is asked for', async () => {
    const port = await freePort();
    const both = await startSandbox({ port });
    expect([both.url, both.port]).toEqual([`http://127.0.0.1:${port}`, port]);
    expect((await fetch(`http://[::1]:${port}/api/auth.test`, { method: 'POST' })).status).toBe(200);
    await both.close();
    const one = await startSandbox({ port, host: '127.0.0.1' });
    await expect(fetch(`http://[::1]:${port}/api/auth.test`)).rejects.toThrow();
    await one.close();
  });

  test('logs where it listens', async () => {
    const lines: string[] = [];
    const sandbox = await startSandbox({ port: 0, log: (line) => lines.push(line) });
    await sandbox.close();
    expect(lines).toEqual([`slack-sandbox listens on port ${sandbox.port}`]);
  });
});
