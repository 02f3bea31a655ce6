/** The picker over two workspaces, one of 100,000 channels: members at once, the rest as it comes in, by keyboard and by touch. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';
import { eventually } from '@tocsin/testing';

import { signIn, test, tokenOf, type Product } from './product.js';

const CHANNELS = 100_000;
const PEOPLE = 1_000;
/** What 100,000 channels may take to come in, on a slow machine. */
const SYNC_MS = 75_000;
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

test.describe.configure({ mode: 'serial' });

let acme = '';

async function openDialog(page: Page): Promise<{ dialog: Locator; field: Locator }> {
  await page.getByRole('button', { name: /^More actions/ }).first().click();
  await page.getByRole('menuitem', { name: 'Send to Slack' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send to Slack' });
  return { dialog, field: dialog.getByRole('combobox', { name: 'Channel/User' }) };
}

async function connect(product: Product, workspace: string): Promise<string> {
  return (await product.api<{ id: string }>('POST', '/v1/connections', { method: 'token', hostUrl: `https://${workspace}.slack.com`, token: `xoxb-sandbox-${workspace}` })).id;
}

/** Connects Globex with Slack's consent page, where somebody declines that the app may post to channels that it is not in. */
async function connectGlobexWithoutPublicChannels(page: Page, product: Product): Promise<void> {
  const authorization = `Bearer ${await tokenOf(product.url, 'noa@acme.test')}`;
  const answer = await page.request.post('/v1/connections/oauth', { headers: { authorization }, data: {} });
  await page.goto(((await answer.json()) as { authorizeUrl: string }).authorizeUrl);
  await page.getByRole('combobox', { name: 'Workspace' }).selectOption({ label: 'Globex (globex.slack.com)' });
  await page.getByRole('checkbox', { name: /chat:write\.public/ }).uncheck();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('article', { name: 'Globex' }).waitFor();
}

async function isSynced(product: Product, connectionId: string): Promise<boolean> {
  const { channels, people } = await product.api<{ channels: { complete: boolean }; people: { complete: boolean } }>('GET', `/v1/connections/${connectionId}/directory`);
  return channels.complete && people.complete;
}

test('without a workspace the dialog leads to Connectors', async ({ page, product }) => {
  await product.importReport('grype-container.sarif', 'payments-api');
  await signIn(page);
  const { dialog } = await openDialog(page);
  await expect(dialog.getByRole('link', { name: 'Connect one under Connectors' })).toBeVisible();
});

test('whoever may not connect one hears who may', async ({ page }) => {
  await signIn(page, ['responder']);
  const { dialog } = await openDialog(page);
  await expect(dialog).toContainText('connectors:configure');
});

test('a channel that the app is in can be sent to within five seconds of connecting, while 100,000 come in', async ({ page, product }) => {
  await product.atSlack('directory', { channels: CHANNELS, people: PEOPLE });
  await product.atSlack('channels', { name: 'team-000003', rename: 'sec-evil\u202Egnp.exe' });
  await product.atSlack('channels', { name: 'team-000007', rename: 'אבטחה-🔥' });
  // as slow as Slack is with a workspace of this size
  await product.atSlack('limits', { timeScale: 1000 });
  await product.atSlack('faults', { method: 'conversations.list', latencyMs: 2_000 });
  await signIn(page);
  acme = await connect(product, 'acme');
  const connected = performance.now();
  await eventually(async () => (await product.api<{ items: object[] }>('GET', `/v1/connections/${acme}/destinations?q=%23sec-alerts`)).items.length > 0);
  expect(performance.now() - connected).toBeLessThan(5_000);
  const { dialog, field } = await openDialog(page);
  await field.fill('#sec-alerts');
  await expect(page.getByRole('option', { name: '#sec-alerts' })).toBeVisible();
  await expect(dialog).toContainText('The list of Acme is not complete yet.');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('button', { name: 'SEND' })).toBeEnabled();
  await page.keyboard.press('Control+Enter');
  await expect(dialog.getByRole('status')).toContainText('Posted to #sec-alerts');
  await product.atSlack('faults', { reset: true });
});

test('one of 100,000 is found by typing, with the keyboard alone', async ({ page, product }) => {
  test.setTimeout(SYNC_MS + 30_000);
  await eventually(() => isSynced(product, acme), { timeout: SYNC_MS });
  await signIn(page);
  const { dialog, field } = await openDialog(page);
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.type('#team-09876');
  const list = dialog.getByRole('listbox', { name: 'Channels and people' });
  const options = list.getByRole('group', { name: 'Channels' }).getByRole('option');
  await expect(options).toHaveCount(10);
  await expect(field).toHaveAttribute('aria-expanded', 'true');
  await expect(dialog.getByText('10 channels found.')).toBeAttached();
  await expect(dialog).toContainText(/Acme, as of (just now|\d+ min ago)/);
  const active = async (): Promise<string> => (await page.locator(`[id="${(await field.getAttribute('aria-activedescendant')) ?? ''}"]`).textContent()) ?? '';
  const [first = '', second = '', last = ''] = [await options.nth(0).textContent(), await options.nth(1).textContent(), await options.nth(9).textContent()].map((text) => text ?? '');
  for (const [key, option] of [['ArrowDown', first], ['ArrowDown', second], ['End', last], ['ArrowDown', first], ['ArrowUp', last], ['Home', first]] as const) {
    await page.keyboard.press(key);
    expect(await active()).toBe(option);
  }
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(dialog).toBeVisible();
  await page.keyboard.type('5');
  await expect(options).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(field).toHaveValue('#team-098765');
  await expect(dialog.getByRole('button', { name: 'SEND' })).toBeEnabled();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('a link, an id and an e-mail address are looked up, and what is nowhere says what was searched', async ({ page }) => {
  await signIn(page);
  const { dialog, field } = await openDialog(page);
  for (const [typed, label] of [['https://acme.slack.com/archives/C1GEN054321', '#team-054321'], ['C1GEN012345', '#team-012345'], ['person-000500@acme.test', '@person-000500'], ['@alice', '@alice'], ['evil', '#sec-evilgnp.exe'], ['אבטחה', '#אבטחה-🔥']] as const) {
    await field.fill(typed);
    await expect(page.getByRole('option', { name: label })).toBeVisible();
  }
  await field.fill('nowhere-at-all');
  await expect(dialog).toContainText('Nothing in Acme matches “nowhere-at-all”.');
  await expect(dialog).toContainText('/invite @tocsin-own');
  await field.fill('gil@acme.test');
  await expect(dialog).toContainText('Nobody in Acme is found by the e-mail address “gil@acme.test”.');
  await field.fill('old-team');
  await expect(page.getByRole('option', { name: '#old-team' })).toContainText('archived');
  await page.getByRole('option', { name: '#old-team' }).click({ force: true });
  await expect(field).toHaveValue('old-team');
  await expect(dialog.getByRole('button', { name: 'SEND' })).toBeDisabled();
});

test('a late answer does not replace a newer one', async ({ page }) => {
  await signIn(page);
  const { dialog, field } = await openDialog(page);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => { release = resolve; });
  let isAsked = false;
  await page.route(/destinations\?q=%23gen(&|$)/, async (route) => {
    isAsked = true;
    await held;
    await route.continue().catch(() => undefined); // given up by the page meanwhile
  });
  await field.fill('#gen');
  await eventually(() => isAsked);
  await field.fill('#payments');
  await expect(dialog.getByRole('option', { name: '#payments' })).toBeVisible();
  release();
  await page.unrouteAll({ behavior: 'wait' });
  await expect(dialog.getByRole('option')).toHaveCount(1);
  await expect(dialog.getByRole('option', { name: '#payments' })).toBeVisible();
});

test('with several workspaces each result says whose it is; where the app is not, it is invited and found again', async ({ page, product }) => {
  await signIn(page);
  await connectGlobexWithoutPublicChannels(page, product);
  await page.goto('/issues');
  const { dialog, field } = await openDialog(page);
  await field.fill('#general');
  await expect(page.getByRole('option', { name: '#general' })).toHaveCount(2);
  await expect(page.getByRole('option').filter({ hasText: 'Globex' })).toHaveCount(1);
  await product.atSlack('channels', { id: 'C0GLXALERT', member: false });
  await field.fill('#alerts');
  const option = page.getByRole('option', { name: /^#alerts.*Globex/ });
  await expect(option).toBeVisible();
  await dialog.getByRole('button', { name: 'Refresh' }).click();
  await expect(option).toContainText('app is not a member', { timeout: 15_000 });
  await option.click();
  const invitation = dialog.getByRole('status').filter({ hasText: 'The app is not in #alerts' });
  await expect(invitation).toContainText('/invite @tocsin');
  await expect(invitation.getByRole('button', { name: 'Copy the command' })).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'SEND' })).toBeDisabled();
  await product.atSlack('channels', { id: 'C0GLXALERT', member: true });
  await invitation.getByRole('button', { name: 'Check again' }).click();
  await expect(invitation).toBeHidden({ timeout: 15_000 });
  await expect(dialog.getByRole('button', { name: 'SEND' })).toBeEnabled();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the open list, ${colorScheme}, on a phone’s screen`, async ({ browser, product }) => {
    const context = await browser.newContext({ baseURL: product.url, colorScheme, viewport: { width: 390, height: 844 }, hasTouch: true });
    const page = await context.newPage();
    await signIn(page);
    const { dialog, field } = await openDialog(page);
    await field.fill('al');
    await expect(page.getByRole('group', { name: 'People' })).toBeVisible();
    await expect(page.getByRole('group', { name: 'Channels' })).toBeVisible();
    await page.keyboard.press('ArrowDown');
    const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
    await field.fill('ext-partner');
    await page.getByRole('option', { name: '#ext-partner' }).tap();
    await expect(field).toHaveValue('#ext-partner');
    await expect(dialog).toContainText('Shared with another company');
    await context.close();
  });
}

test('a workspace that Slack refuses is still searched, with a warning', async ({ page, product }) => {
  await product.atSlack('tokens', { token: 'xoxb-sandbox-acme', revoked: true });
  await product.api('POST', `/v1/connections/${acme}/verify`);
  await signIn(page);
  const { dialog, field } = await openDialog(page);
  await field.fill('#sec-internal');
  await expect(page.getByRole('option', { name: '#sec-internal' })).toBeVisible();
  await expect(dialog).toContainText('Acme is not connected any more');
  await expect(dialog.getByRole('link', { name: 'Open Connectors' })).toBeVisible();
});
