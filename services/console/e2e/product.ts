/** The whole product in one process, on an empty database, for the tests of one file. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { test as base, type Page } from '@playwright/test';
import { eventually, freePort, startProcess, testDatabase } from '@tocsin/testing';

export interface Product {
  url: string;
  sandboxUrl: string;
  /** Imports a report of the fixtures as a scanner's CI job would, and waits until its issues are there. */
  importReport: (name: string, application: string) => Promise<void>;
  /** A report of the fixtures as a file. */
  reportFile: (name: string) => string;
  /** Lets the sandbox answer the next message with this error. */
  refuseNextMessage: (error: string) => Promise<void>;
  /** Tells the sandbox what happens at Slack. */
  atSlack: (control: 'approval' | 'channels' | 'directory' | 'faults' | 'limits' | 'tokens', what: object) => Promise<void>;
  /** What another than the browser asks of the API. @throws Error when it is refused */
  api: <Answer>(method: string, path: string, body?: object, type?: string) => Promise<Answer>;
  /** Puts a message into a queue as it is, as a program would that does not keep to the contract. */
  putIntoQueue: (queue: string, body: string) => Promise<void>;
}

const REPORTS = new URL('../../issues/fixtures/', import.meta.url);

export const test = base.extend<object, { product: Product }>({
  product: [
    async ({}, use) => {
      const [port, sandboxPort] = [await freePort(), await freePort()];
      const database = await testDatabase();
      const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-console-'));
      const settings = { PORT: String(port), SANDBOX_PORT: String(sandboxPort), DATABASE_URL: database.url, DATA_DIR: dataDir, SLACK_CHANNEL_INTERVAL_MS: '100' };
      const running = await startProcess('services/standalone/dist/main.js', settings, { timeout: 150_000 });
      const url = `http://localhost:${port}`;
      const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
      await use({
        url,
        sandboxUrl,
        importReport: (name, application) => importReport(url, name, application),
        reportFile: (name) => fileURLToPath(new URL(name, REPORTS)),
        refuseNextMessage: (error) => atSlack(sandboxUrl, 'faults', { method: 'chat.postMessage', error, times: 1 }),
        atSlack: (control, what) => atSlack(sandboxUrl, control, what),
        api: (method, path, body, type) => askApi(url, method, path, body, type),
        putIntoQueue: async (queue, body) => {
          await database.query(`insert into bus.messages (queue, message_id, body, headers) values ($1, $2, $3, '{}')`, [queue, crypto.randomUUID(), body]);
        },
      });
      await running.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  baseURL: async ({ product }, use) => {
    await use(product.url);
  },
});

async function importReport(url: string, name: string, application: string): Promise<void> {
  const token = await tokenOf(url, 'ci@acme.test');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const accepted = await fetch(`${url}/v1/scans?application=${application}`, { method: 'POST', headers, body: new Uint8Array(await readFile(new URL(name, REPORTS))) });
  if (accepted.status !== 202) throw new Error(`the report was not accepted: ${await accepted.text()}`);
  const { scanId } = (await accepted.json()) as { scanId: string };
  await eventually(async () => ((await (await fetch(`${url}/v1/scans/${scanId}?wait=5`, { headers })).json()) as { state: string }).state === 'done', { timeout: 60_000 });
}

async function atSlack(sandboxUrl: string, control: string, what: object): Promise<void> {
  const answer = await fetch(`${sandboxUrl}/sandbox/${control}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(what) });
  if (!answer.ok) throw new Error(`the sandbox refused ${control}: ${await answer.text()}`);
}

async function askApi<Answer>(url: string, method: string, path: string, body?: object, type = 'application/json'): Promise<Answer> {
  const headers = { authorization: `Bearer ${await tokenOf(url, 'ci@acme.test')}`, 'content-type': type, 'idempotency-key': crypto.randomUUID() };
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${method} ${path} was refused: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

/** A bearer token of the development issuer, for what another than the browser does. */
export async function tokenOf(url: string, user: string): Promise<string> {
  const answer = await fetch(`${url}/v1/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) });
  return ((await answer.json()) as { token: string }).token;
}

const USER = 'noa@acme.test';

/** Begins a session in this tab; whoever signs out of it stays out. */
export async function signIn(page: Page, roles: readonly string[] = ['admin']): Promise<void> {
  const answer = await page.request.post('/v1/dev/token', { data: { user: USER, roles } });
  const { token } = (await answer.json()) as { token: string };
  await page.addInitScript({ content: `if (sessionStorage.getItem('begun') === null) { sessionStorage.setItem('begun', 'yes'); sessionStorage.setItem('tocsin.token', ${JSON.stringify(token)}); }` });
  await page.goto('/issues');
  await page.getByRole('heading', { name: 'Active Issues' }).waitFor();
}

/** The same as a person does it, with the development issuer. */
export async function signInOnThePage(page: Page): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('User', { exact: true }).fill(USER);
  for (const box of await page.getByRole('checkbox').all()) await box.setChecked((await box.getAttribute('value')) === 'admin');
  await page.getByRole('button', { name: 'SIGN IN' }).click();
  await page.getByRole('heading', { name: 'Active Issues' }).waitFor();
}

/** Connects the sandbox's workspace by token, with the page's own controls. */
export async function connectByToken(page: Page, token = 'xoxb-sandbox-acme'): Promise<void> {
  await page.goto('/connectors/slack');
  await page.getByRole('tab', { name: 'TOKEN' }).click();
  await page.getByLabel('Slack Host URL').fill('https://acme.slack.com');
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'VERIFY CONNECTIVITY' }).click();
}
