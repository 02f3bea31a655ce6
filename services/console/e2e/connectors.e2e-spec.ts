/** Connectors, as docs/guides/connect-slack.md walks them: both ways to connect, the ways back, a lost workspace and its return. */
import { readFileSync } from 'node:fs';

import { expect, type Locator, type Page } from '@playwright/test';
import { eventually } from '@tocsin/testing';

import { connectByToken, signIn, test, type Product } from './product.js';

test.describe.configure({ mode: 'serial' });

const ACME_TOKEN = 'xoxb-sandbox-acme';
const GUIDE = readFileSync(new URL('../../../docs/guides/connect-slack.md', import.meta.url), 'utf8');

/** What stands on the screen, as the guide names it. */
function named(words: string): string {
  expect(GUIDE, `the guide does not name *${words}*`).toContain(`*${words}*`);
  return words;
}

interface Connection {
  id: string;
  workspace: { name: string };
  health: { state: string };
}

async function connections(product: Product): Promise<Connection[]> {
  return (await product.api<{ items: Connection[] }>('GET', '/v1/connections')).items;
}

async function acmeOf(product: Product): Promise<Connection> {
  const acme = (await connections(product)).find(({ workspace }) => workspace.name === 'Acme');
  if (!acme) throw new Error('Acme is not connected');
  return acme;
}

async function countOf(product: Product, connectionId: string, state: 'waiting' | 'posted' | 'failed'): Promise<number> {
  return (await product.api<{ byState: Record<string, number> }>('GET', `/v1/deliveries/counts?connectionId=${connectionId}`)).byState[state] ?? 0;
}

async function testMessage(product: Product, connectionId: string, name: string): Promise<void> {
  await product.api('POST', `/v1/connections/${connectionId}/test-messages`, { destination: { name } });
}

/** As much of an element as is needed here; the browser's own types are not part of these tests. */
interface InPage {
  ownerDocument: { activeElement: unknown };
}

/** Presses Tab until this has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    if (await target.evaluate((element: InPage) => element.ownerDocument.activeElement === element)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${String(target)}`);
}

/** From the tab IDENTITY PROVIDER to Slack's consent page. */
async function leaveForSlack(page: Page): Promise<void> {
  await page.goto('/connectors/slack');
  await page.getByRole('tab', { name: named('IDENTITY PROVIDER') }).click();
  const panel = page.getByRole('tabpanel', { name: named('IDENTITY PROVIDER') });
  await expect(panel.getByRole('button', { name: named('CONNECT'), exact: true })).toBeDisabled();
  await panel.getByRole('button', { name: named('VERIFY CONNECTIVITY') }).click();
  await expect(panel.getByRole('status').filter({ hasText: named('Ready to connect') })).toBeVisible();
  await panel.getByRole('button', { name: named('CONNECT'), exact: true }).click();
  await page.getByRole('button', { name: 'Cancel' }).waitFor();
}

test('TOKEN: what is missing is named, and the result belongs to what was checked', async ({ page }) => {
  await signIn(page);
  await page.goto('/connectors');
  await page.getByRole('article', { name: 'Slack' }).getByRole('link', { name: 'Connect a workspace' }).click();
  await expect(page.getByRole('note', { name: 'Connected to the Slack sandbox, not to Slack' })).toBeVisible();
  await connectByToken(page, 'xoxb-sandbox-acme-no-email');
  const failure = page.getByRole('alert').filter({ hasText: named('Check your credentials and permissions') });
  await expect(failure).toContainText('users:read.email is missing');
  await expect(failure).toContainText('reinstall');
  await expect(failure).not.toContainText('The token is of the bot kind');
  await expect(page.getByRole('table', { name: 'Scopes' }).getByRole('row', { name: /^users:read\.email/ })).toContainText('missing');
  await expect(page.getByRole('link', { name: 'users:read.email' })).toHaveAttribute('href', 'https://docs.slack.dev/reference/scopes/users.read.email');
  await expect(page.getByRole('link', { name: named('Create the Slack app from our manifest') })).toHaveAttribute('href', /^https:\/\/api\.slack\.com\/apps\?new_app=1&manifest_json=%7B/);
  await page.getByLabel(named('Slack Host URL')).fill('https://acme.slack.com/');
  await expect(failure).toBeHidden();
  await expect(page.getByRole('button', { name: named('CONNECT'), exact: true })).toBeDisabled();
});

test('TOKEN: an optional scope is told apart from one that could not be found out', async ({ page, product }) => {
  await signIn(page);
  // as behind a proxy that strips the header with the scopes
  const acme = { ok: true, url: 'https://acme.slack.com/', team: 'Acme', team_id: 'T0ACME0001', user: 'tocsin-own', user_id: 'U0BOT', bot_id: 'B0BOT' };
  await product.atSlack('faults', { method: 'auth.test', body: acme });
  const optional = page.getByRole('table', { name: 'Scopes' }).getByRole('row', { name: /^chat:write\.public/ });
  await connectByToken(page, ACME_TOKEN);
  await expect(optional).toContainText('not known');
  await product.atSlack('faults', { method: 'chat.delete', body: { ok: false, error: 'missing_scope', needed: 'chat:write', provided: 'channels:read' } });
  await page.getByRole('button', { name: named('VERIFY CONNECTIVITY') }).click();
  await expect(optional).toContainText('not granted');
  await product.atSlack('faults', { reset: true });
});

test('TOKEN: a workspace is connected by keyboard alone', async ({ page }) => {
  await signIn(page);
  await page.goto('/connectors/slack');
  const [host, token, verify, connect] = [page.getByLabel('Slack Host URL'), page.getByLabel('Token', { exact: true }), page.getByRole('button', { name: named('VERIFY CONNECTIVITY') }), page.getByRole('button', { name: named('CONNECT'), exact: true })];
  await tabTo(page, page.getByRole('tab', { name: named('TOKEN') }));
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('tab', { name: named('IDENTITY PROVIDER') })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowRight');
  await tabTo(page, host);
  await page.keyboard.type('acme.slack.com');
  await tabTo(page, token);
  await page.keyboard.type(ACME_TOKEN);
  await tabTo(page, verify);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'Connection successful: Acme as @tocsin-own' })).toBeVisible();
  await expect(verify).toBeFocused();
  await tabTo(page, connect);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article', { name: 'Acme' }).getByRole('link', { name: 'Acme', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Acme', level: 1 })).toBeVisible();
  await tabTo(page, page.getByRole('tab', { name: 'Overview' }));
  for (const name of ['Channels & people', 'Scopes', 'Activity']) {
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true');
  }
  await expect(page).toHaveURL(/\/activity$/);
  await expect(page.getByRole('list', { name: 'Activity' })).toContainText('Connected by noa@acme.test');
});

test('IDENTITY PROVIDER: cancelled, opened in another browser, expired and somebody else’s each end with the next step', async ({ page }) => {
  await signIn(page);
  await leaveForSlack(page);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('alert')).toContainText(named('Cancelled in Slack'));
  await page.getByRole('button', { name: 'Go to CONNECT' }).click();
  await expect(page.getByRole('tab', { name: named('IDENTITY PROVIDER') })).toBeFocused();

  await leaveForSlack(page);
  await page.context().clearCookies();
  await page.getByRole('button', { name: named('Allow') }).click();
  await expect(page.getByRole('alert')).toContainText(named('The answer came to another browser'));

  await page.goto('/slack/oauth/callback?state=long-gone&code=none');
  await expect(page.getByRole('alert')).toContainText(named('The attempt has expired'));
  await page.goto('/connectors/slack?result=connected&user=0123456789abcdef');
  await expect(page.getByRole('alert')).toContainText(named('Somebody else began this'));
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('alert')).toBeHidden();
  await expect(page.getByRole('article')).toHaveCount(1);
});

test('IDENTITY PROVIDER: where an admin must approve, the page waits with whoever comes back by hand, and trying again connects', async ({ page, product }) => {
  await signIn(page);
  await product.atSlack('approval', { required: true });
  await leaveForSlack(page);
  await page.getByRole('button', { name: named('Request to install') }).click();
  await expect(page.getByRole('heading', { name: /request was sent/ })).toBeVisible();
  await page.goto('/connectors/slack');
  const waiting = page.getByRole('status').filter({ hasText: named('Waiting for approval in Slack') });
  await expect(waiting).toBeVisible();

  await product.atSlack('approval', { required: false });
  await waiting.getByRole('button', { name: named('Try again') }).click();
  await page.getByRole('combobox', { name: 'Workspace' }).selectOption({ label: 'Globex (globex.slack.com)' });
  await page.getByRole('checkbox', { name: /chat:write\.public/ }).uncheck();
  await page.getByRole('button', { name: named('Allow') }).click();
  await expect(page.getByRole('status').filter({ hasText: named('The workspace is connected') })).toContainText('Globex is connected as @');
  await page.getByRole('link', { name: 'Open Globex' }).first().click();
  await page.getByRole('tab', { name: 'Scopes' }).click();
  await expect(page.getByRole('row', { name: /^chat:write\.public/ })).toContainText('not granted');
  await page.goto('/connectors/slack');
  await expect(page.getByRole('article')).toHaveCount(2);
  await expect(waiting).toBeHidden();
});

test('a lost workspace is said on every page with what waits; connected again, it all goes out', async ({ page, product }) => {
  const { id } = await acmeOf(product);
  await product.atSlack('tokens', { token: ACME_TOKEN, revoked: true });
  for (const name of ['#general', '#sec-alerts', '#payments']) await testMessage(product, id, name);
  await eventually(async () => (await acmeOf(product)).health.state === 'revoked' && (await countOf(product, id, 'waiting')) === 3, { timeout: 30_000 });
  await signIn(page);
  const banner = page.getByRole('status').filter({ hasText: 'Slack connection lost' });
  await expect(banner).toContainText('Acme');
  await expect(banner).toContainText('3 messages wait');
  await banner.getByRole('link', { name: 'Open connector Acme' }).click();
  await expect(page.getByRole('heading', { name: 'Acme', level: 1 })).toBeVisible();
  await expect(banner).toBeHidden();
  await expect(page.getByRole('region', { name: 'At a glance' }).getByRole('link', { name: '3 messages' })).toBeVisible();

  await product.atSlack('tokens', { token: ACME_TOKEN, revoked: false });
  await page.getByRole('button', { name: named('Connect again') }).click();
  const dialog = page.getByRole('dialog', { name: 'Replace the token of Acme' });
  await dialog.getByLabel('New token').fill('xoxp-somebody');
  await dialog.getByRole('button', { name: 'REPLACE' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Check your credentials and permissions');
  await dialog.getByLabel('New token').fill(ACME_TOKEN);
  await dialog.getByRole('button', { name: 'REPLACE' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: named('Connect again') })).toBeHidden();
  await eventually(async () => (await countOf(product, id, 'posted')) === 3 && (await countOf(product, id, 'waiting')) === 0, { timeout: 30_000 });
  expect((await acmeOf(product)).id).toBe(id);
  await page.goto('/issues');
  await expect(page.getByRole('heading', { name: 'Active Issues' })).toBeVisible();
  await expect(banner).toBeHidden();
});

test('the page of a workspace checks it, pauses it, tells oneself, and names the channel that no longer works', async ({ page, product }) => {
  const { id } = await acmeOf(product);
  await signIn(page);
  await page.goto(`/connectors/slack/${id}`);
  await page.getByRole('button', { name: named('Re-verify') }).click();
  await expect(page.getByRole('status').filter({ hasText: 'everything that is needed works' })).toContainText('Slack accepts the token');

  await page.getByRole('button', { name: named('Pause') }).click();
  await expect(page.getByRole('button', { name: named('Resume') })).toBeFocused();
  await page.goto('/connectors');
  await expect(page.getByRole('article', { name: 'Slack' }).getByRole('list')).toContainText('Paused');
  await expect(page.getByRole('status').filter({ hasText: 'Slack connection paused' })).toContainText('Acme');
  await page.getByRole('article', { name: 'Slack' }).getByRole('link', { name: 'Acme', exact: true }).click();
  await page.getByRole('button', { name: named('Resume') }).click();
  await expect(page.getByRole('button', { name: named('Pause') })).toBeVisible();

  await page.getByRole('button', { name: named('Send a test message') }).click();
  const dialog = page.getByRole('dialog', { name: named('Send a test message') });
  await dialog.getByLabel('Me (noa@acme.test)').check();
  await dialog.getByRole('button', { name: 'SEND' }).click();
  await expect(dialog.getByRole('status')).toContainText('Posted to noa@acme.test');
  await dialog.getByRole('button', { name: 'DONE' }).click();

  await product.atSlack('channels', { name: '#payments', archived: true });
  await testMessage(product, id, '#payments');
  await eventually(async () => (await countOf(product, id, 'failed')) === 1, { timeout: 20_000 });
  await page.reload();
  const trouble = page.getByRole('region', { name: 'Destinations that need attention' });
  await expect(trouble).toContainText('#payments');
  await expect(trouble).toContainText(/unarchive/i);

  await page.getByRole('tab', { name: 'Channels & people' }).click();
  await expect(page.getByRole('region', { name: 'Channels' })).toContainText(/\d+ channels/);
  await page.getByRole('button', { name: named('Refresh now') }).click();
  await page.getByRole('tab', { name: 'Activity' }).click();
  const activity = page.getByRole('list', { name: 'Activity' });
  for (const words of ['Channels & people asked for anew by noa@acme.test', 'Resumed by noa@acme.test', 'Token replaced', 'Revoked']) await expect(activity).toContainText(words);
});

test('disconnecting says what stops, and the workspace is gone', async ({ page, product }) => {
  const { id } = await acmeOf(product);
  await signIn(page);
  await page.goto(`/connectors/slack/${id}`);
  await page.getByRole('button', { name: named('Disconnect') }).click();
  const dialog = page.getByRole('dialog', { name: 'Disconnect Acme?' });
  await expect(dialog.getByRole('button', { name: 'CANCEL' })).toBeFocused();
  await expect(dialog).toContainText('seven days');
  await expect(dialog).toContainText('#sec-alerts');
  await dialog.getByRole('button', { name: 'DISCONNECT' }).click();
  await expect(page).toHaveURL(/\/connectors\/slack$/);
  await expect(page.getByRole('article', { name: 'Globex' })).toBeVisible();
  await expect(page.getByRole('article', { name: 'Acme' })).toBeHidden();
  await page.goto(`/connectors/slack/${id}`);
  await expect(page.getByText('This workspace is not connected')).toBeVisible();
});

test('without the permission everything can be read, nothing can be pressed, and the permission is named', async ({ page, product }) => {
  const [globex] = await connections(product);
  await signIn(page, ['responder']);
  await page.goto(`/connectors/slack/${globex?.id ?? ''}`);
  await expect(page.getByText('connectors:configure')).toBeVisible();
  for (const name of ['Send a test message', 'Re-verify', 'Renew in Slack', 'Pause', 'Disconnect']) await expect(page.getByRole('button', { name: named(name) })).toBeDisabled();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await expect(page.getByText('audit:read')).toBeVisible();
});
