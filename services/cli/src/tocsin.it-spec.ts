import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { ApiKey, Connection, Delivery, Scan } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { eventually, freePort, startProcess, testDatabase, type StartedProcess, type TestDatabase } from '@tocsin/testing';

import { run } from './program.js';

const REPORT = new URL('../../issues/fixtures/grype-container.sarif', import.meta.url);
const ACME = ['--host', 'https://acme.slack.com', '--token', 'xoxb-sandbox-acme'];

let database: TestDatabase;
let product: StartedProcess;
let url: string;
let dataDir: string;
let token: string;

beforeAll(async () => {
  database = await testDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'tocsin-cli-'));
  const [port, sandboxPort] = [await freePort(), await freePort()];
  product = await startProcess('services/standalone/dist/main.js', { PORT: String(port), SANDBOX_PORT: String(sandboxPort), DATA_DIR: dataDir, DATABASE_URL: database.url, DATABASE_POOL_SIZE: '4', LOG_LEVEL: 'warn' }, { timeout: 60_000 });
  url = `http://localhost:${port}`;
  const response = await fetch(`${url}/v1/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user: 'noa@acme.test' }) });
  ({ token } = (await response.json()) as { token: string });
}, 90_000);

afterAll(async () => {
  await product.stop();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function tocsin(args: readonly string[], environment: Record<string, string> = {}, input: Buffer<ArrayBuffer> = Buffer.from('')): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await run(args, {
    environment: { TOCSIN_URL: url, TOCSIN_TOKEN: token, ...environment },
    out: (text) => { out += text; },
    err: (text) => { err += text; },
    read: (name) => (name === '-' ? Promise.resolve(input) : readFile(name)),
  });
  return { code, out, err };
}

async function json<T>(args: readonly string[], environment?: Record<string, string>): Promise<T> {
  return JSON.parse((await tocsin([...args, '--json'], environment)).out) as T;
}

describe('from a report to a message', () => {
  test('a wrong token is told with its remedy, and the exit code says no', async () => {
    const { code, out } = await tocsin(['verify', '--host', 'acme.slack.com', '--token', 'xoxp-1-2-abc']);
    expect(code).toBe(1);
    expect(out).toContain('✗ This is a User OAuth Token');
    expect(out).toContain('Check your credentials and permissions.');
    expect(await tocsin(['connect', '--host', 'acme.slack.com', '--token', 'xoxb-sandbox-acme-no-email'])).toMatchObject({ code: 1, out: expect.stringContaining('users:read.email') });
  });

  test('connects with a token from standard input, and lists the connection', async () => {
    expect(await tocsin(['connections'])).toMatchObject({ code: 0, out: expect.stringContaining('No workspace is connected') });
    expect(await tocsin(['verify', ...ACME])).toMatchObject({ code: 0, out: expect.stringContaining('Connection successful: Acme as @') });
    expect(await tocsin(['verify', '--oauth'])).toMatchObject({ code: 0, out: expect.stringContaining('Ready to connect') });
    const connected = await tocsin(['connect', '--host', 'acme.slack.com', '--token', '-'], {}, Buffer.from('xoxb-sandbox-acme\n'));
    expect(connected).toMatchObject({ code: 0, out: expect.stringMatching(/^Connected: Acme as @/) });
    expect((await tocsin(['connections'])).out).toMatch(/Acme +@\S+ +token +connected/);
    expect((await json<{ items: Connection[] }>(['connections'])).items).toHaveLength(1);
  });

  test('imports a report, plain, gzip and from standard input, and prints its counts', async () => {
    const args = ['--application', 'payments-api'];
    const first = await tocsin(['import', REPORT.pathname, ...args]);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/^payments-api \(grype, first scan\): \d+ new, 0 updated/m);
    const zipped = await tocsin(['import', '-', ...args, '--scope', 'again', '--json'], {}, Buffer.from(gzipSync(await readFile(REPORT))));
    expect((JSON.parse(zipped.out) as { scan: Scan }).scan).toMatchObject({ state: 'done', scope: 'again' });
    const odd = Buffer.from(JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'odd' } }, results: [{ message: {} }] }] }));
    const more = ['--application', 'odd', '--run-url', 'https://ci.example/1', '--scanned-at', '2026-01-31T09:30:00Z'];
    expect(await tocsin(['import', '-', ...more], {}, odd)).toMatchObject({ code: 0 });
    expect(await tocsin(['import', '-', ...more, '--strict'], {}, odd)).toMatchObject({ code: 2, err: expect.stringContaining('breaks the schema of SARIF 2.1.0') });
  }, 60_000);

  test('--fail-on says no when something as severe is open, and yes below', async () => {
    const { items } = await json<{ items: Issue[] }>(['issues', '--application', 'payments-api', '--limit', '1']);
    const worst = items[0]?.severity ?? 'info';
    expect(worst).not.toBe('info');
    const above = await tocsin(['import', REPORT.pathname, '--application', 'payments-api', '--fail-on', worst]);
    expect(above).toMatchObject({ code: 1, out: expect.stringContaining(`open issues are ${worst} or higher`) });
    const clean = Buffer.from(JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'clean' } }, results: [] }] }));
    expect(await tocsin(['import', '-', '--application', 'payments-api', '--fail-on', 'info'], {}, clean)).toMatchObject({ code: 0, out: expect.stringContaining('No open issue is info or higher.') });
  }, 60_000);

  test('sends to a channel and follows the message to its link', async () => {
    const { items } = await json<{ items: Issue[] }>(['issues', '--limit', '1']);
    const id = items[0]?.id ?? '';
    const sent = await tocsin(['send', id, '--to', '#sec-alerts', '--comment', 'from the command line', '--wait']);
    expect(sent).toMatchObject({ code: 0, out: expect.stringMatching(/: posted https:\/\/acme\.slack\.com\/archives\/C/) });
    const lost = await tocsin(['send', id, '--to', '#no-such-channel', '--wait']);
    expect(lost).toMatchObject({ code: 1, out: expect.stringMatching(/: failed\n.+\n.+/) });
    const accepted = await json<{ deliveryId: string }>(['send', id, '--to', 'bob@acme.test', '--idempotency-key', 'once']);
    expect((await json<{ deliveryId: string }>(['send', id, '--to', 'bob@acme.test', '--idempotency-key', 'once'])).deliveryId).toBe(accepted.deliveryId);
    expect(await json<Delivery>(['delivery', accepted.deliveryId, '--wait'])).toMatchObject({ id: accepted.deliveryId, state: 'posted' });
  }, 60_000);
});

describe('what became of messages', () => {
  test('is listed, shown, replayed elsewhere, taken back and watched as it changes', async () => {
    const { items } = await json<{ items: Issue[] }>(['issues', '--limit', '1']);
    const { deliveryId } = await json<{ deliveryId: string }>(['send', items[0]?.id ?? '', '--to', '#nowhere-at-all']);
    expect(await tocsin(['delivery', deliveryId, '--wait'])).toMatchObject({ code: 1 });
    expect((await tocsin(['deliveries', '--state', 'failed', '--code', 'channel_not_found'])).out).toContain(`${deliveryId}  `);
    expect((await tocsin(['deliveries', 'show', deliveryId])).out).toContain(`${deliveryId}: failed`);
    let seen = '';
    const watching = run(['deliveries', 'watch', '--state', 'posted', '--destination', '#general', '--for', '15'], {
      environment: { TOCSIN_URL: url, TOCSIN_TOKEN: token }, out: (text) => { seen += text; }, err: () => undefined, read: () => Promise.reject(new Error('nothing to read')),
    });
    await eventually(() => seen.includes('Watching'));
    const replayed = await tocsin(['deliveries', 'replay', deliveryId, '--to', '#general', '--reason', 'wrong channel', '--wait']);
    expect(replayed).toMatchObject({ code: 0, out: expect.stringMatching(/: posted https:\/\/acme\.slack\.com\/archives\/C/) });
    const [, again = ''] = await eventually(() => /^(\S+) {2}posted {2}#general .*https:\/\/acme\.slack\.com\/archives\//m.exec(seen));
    expect(await watching).toBe(0);
    expect(await json<Delivery>(['deliveries', 'show', again])).toMatchObject({ state: 'posted', replayOf: deliveryId });
    expect(await tocsin(['deliveries', 'retract', again])).toMatchObject({ code: 0, out: expect.stringContaining(`Taken back: ${again}\n`) });
    expect(await json<Delivery>(['deliveries', 'show', again])).toMatchObject({ state: 'suppressed', error: { code: 'retracted' } });
  }, 60_000);

  test('is counted, grouped by reason and shown; what is named can be left out of what is done to many', async () => {
    expect(await tocsin(['deliveries', 'summary'])).toMatchObject({ code: 0, out: expect.stringContaining('Every one of them is accounted for.') });
    const { items: failed } = await json<{ items: Delivery[] }>(['deliveries', '--state', 'failed']);
    expect((await tocsin(['deliveries', 'reasons'])).out).toMatch(new RegExp(`^${failed.length} failed \\(channel_not_found\\), the latest .+\\n {2}.+\\n {2}.*#n`, 'm'));
    const { at, byState } = await json<{ at: string; byState: Delivery['state'][] }>(['deliveries', 'counts', '--code', 'channel_not_found']);
    expect(byState).toMatchObject({ failed: failed.length });
    const [first, ...others] = failed.map(({ id }) => id);
    expect((await tocsin(['deliveries', 'message', first ?? ''])).out).toContain('(--json shows its blocks as well)');
    expect(await tocsin(['deliveries', 'cancel', '--all', '--except', failed.map(({ id }) => id).join(','), '--changed-before', at])).toMatchObject({ code: 0, out: 'Cancelled: 0\n' });
    const replay = await json<{ replayId: string; matched: number }>(['replay', '--state', 'failed', '--except', others.join(','), '--changed-before', at, '--force']);
    expect(replay.matched).toBe(1);
    expect(await tocsin(['deliveries', 'progress', replay.replayId, '--wait'])).toMatchObject({ code: 0, out: expect.stringContaining(`Replay ${replay.replayId}: 1 of 1 replayed, 0 skipped\n`) });
    expect((await json<{ items: Delivery[] }>(['deliveries', '--replay-of', first ?? ''])).items).not.toEqual([]);
    expect((await json<{ items: Delivery[] }>(['deliveries', '--replayed', 'false', '--code', 'channel_not_found'])).items.map(({ id }) => id)).not.toContain(first);
    expect(await tocsin(['deliveries', 'cancel', first ?? ''])).toMatchObject({ code: 2, err: expect.stringContaining('only one that waits can be cancelled') });
  }, 60_000);

  test('is held and goes on when people say so', async () => {
    const { items: [connection] } = await json<{ items: Connection[] }>(['connections']);
    expect(await tocsin(['deliveries', 'pause', '--connection', connection?.id ?? ''])).toMatchObject({ code: 0, out: 'Paused: Acme\n' });
    expect((await tocsin(['connections'])).out).toContain('(paused)');
    expect(await tocsin(['deliveries', 'resume', '--connection', connection?.id ?? ''])).toMatchObject({ code: 0, out: 'Resumed: Acme\n' });
    expect(await tocsin(['deliveries', 'pause', '--workflow', 'w1'])).toMatchObject({ code: 0, out: 'Paused: 0 held\n' });
    expect((await tocsin(['deliveries', 'pauses'])).out).toMatch(/w1 .* noa@acme\.test +0/);
    expect(await tocsin(['deliveries', 'resume', '--workflow', 'w1'])).toMatchObject({ code: 0, out: 'Resumed: 0 go on\n' });
    expect((await tocsin(['deliveries', 'pauses'])).out).toContain('No workflow is paused');
  });
});

describe('what cannot be done', () => {
  test('a report that is none is refused with the place', async () => {
    expect(await tocsin(['import', '-', '--application', 'x'], {}, Buffer.from('{"version": '))).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/line|column|JSON/i) });
  });

  test('a missing permission is named, and with --json told as problem details', async () => {
    const response = await fetch(`${url}/v1/api-keys`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ name: 'ci', roles: ['ingest'], expiresAt: new Date(Date.now() + 600_000).toISOString() }) });
    const { key = '' } = (await response.json()) as ApiKey;
    expect(await tocsin(['import', REPORT.pathname, '--application', 'by-key'], { TOCSIN_TOKEN: key })).toMatchObject({ code: 0 });
    const refused = await tocsin(['issues', '--json'], { TOCSIN_TOKEN: key });
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(JSON.parse(refused.err)).toMatchObject({ status: 403, detail: expect.stringContaining('issues:read') });
  }, 60_000);

  test.each<[string, string[], Record<string, string>, number, RegExp]>([
    ['no token', ['issues'], { TOCSIN_TOKEN: '' }, 2, /Set TOCSIN_TOKEN to a bearer token or an API key/],
    ['a bad token', ['issues'], { TOCSIN_TOKEN: 'nonsense' }, 2, /Set TOCSIN_TOKEN to a token that is valid/],
    ['an address that is none', ['issues'], { TOCSIN_URL: 'tocsin' }, 2, /TOCSIN_URL must be an http or https address/],
    ['nobody there', ['issues'], { TOCSIN_URL: 'http://127.0.0.1:9' }, 3, /cannot be reached at http:\/\/127\.0\.0\.1:9 .*npm start/],
    ['an unknown command', ['shout'], {}, 2, /unknown command 'shout'/],
    ['no destination', ['send', 'x'], {}, 2, /--to <destination>/],
    ['a destination that is none', ['send', 'x', '--to', '@bob'], {}, 2, /is no destination/],
    ['an unknown severity', ['import', 'x', '--application', 'a', '--fail-on', 'bad'], {}, 2, /one of: info, low/],
    ['an unknown issue', ['send', 'no-such-issue', '--to', '#general'], {}, 2, /no-such-issue/],
    ['an unknown filter value', ['issues', '--severity', 'bad'], {}, 2, /severity/],
  ])('%s: one clear message', async (_, args, environment, code, message) => {
    const ran = await tocsin(args, environment);
    expect(ran).toMatchObject({ code, err: expect.stringMatching(message) });
    expect(ran.err).not.toMatch(/\n\s+at /);
  });

  test('an answer that is not Tocsin’s is not shown', async () => {
    const server: Server = createServer((_request, response) => { response.writeHead(502).end('<html>bad gateway</html>'); });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const ran = await tocsin(['issues'], { TOCSIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    server.close();
    expect(ran).toEqual({ code: 3, out: '', err: 'HTTP 502: the answer is not Tocsin’s. Check TOCSIN_URL.\n' });
  });
});

test('the help tells the settings and what the exit codes mean', async () => {
  const { code, out } = await tocsin(['--help']);
  expect(code).toBe(0);
  for (const word of ['TOCSIN_URL', 'TOCSIN_TOKEN', 'Exit codes', 'import', 'send', 'delivery', 'connect']) expect(out).toContain(word);
});
