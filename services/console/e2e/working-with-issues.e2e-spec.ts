/** Working through the list of issues: what comes and goes in it, with the keyboard, and while something is away. */
import { expect } from '@playwright/test';

import { connectByToken, signIn, test, tokenOf, type Product } from './product.js';

test.describe.configure({ mode: 'serial' });

const TITLE = 'SQL injection \u202Egnp.exe';

async function api(product: Product, method: string, path: string, body: object, type = 'application/json'): Promise<Response> {
  const headers = { authorization: `Bearer ${await tokenOf(product.url, 'ci@acme.test')}`, 'content-type': type };
  return fetch(`${product.url}${path}`, { method, headers, body: JSON.stringify(body) });
}

test('an empty list fills by itself, and a title cannot turn its letters around', async ({ page, product }) => {
  await signIn(page);
  await expect(page.getByRole('heading', { name: 'No issues yet' })).toBeVisible();
  const data = { title: TITLE, severity: 'critical', application: 'payments-api', fingerprint: 'first' };
  const sent = await api(product, 'POST', '/v1/events', { specversion: '1.0', id: '1', source: '/ci', type: 'issue.reported.v1', data }, 'application/cloudevents+json');
  expect(sent.status).toBe(202);
  await expect(page.getByRole('row').nth(1).getByRole('link')).toHaveText('SQL injection gnp.exe');
});

test('a list in which nothing is open any more is not taken for one that was always empty', async ({ page, product }) => {
  await signIn(page);
  await page.getByRole('row').nth(1).getByRole('link').click();
  const id = page.url().split('/').at(-1) ?? '';
  expect((await api(product, 'PATCH', `/v1/issues/${id}`, { status: 'excluded', reason: 'a try' })).status).toBe(200);
  await page.goto('/issues');
  await expect(page.getByText('No issue is open.')).toBeVisible();
  await page.getByRole('button', { name: 'Show resolved and excluded issues' }).click();
  await expect(page.getByRole('row').nth(1)).toContainText('Excluded');
});

test('whoever types on in Search keeps the focus and every letter', async ({ page, product }) => {
  await product.importReport('osv-scanner-yarn.sarif', 'payments-api');
  await signIn(page);
  await page.getByRole('searchbox', { name: 'Search' }).click();
  await page.keyboard.type('mini');
  await expect(page).toHaveURL(/q=mini$/);
  await page.keyboard.type('mist');
  await expect(page).toHaveURL(/q=minimist$/);
  await expect(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('minimist');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('');
});

test('while another filter is asked for, the list says that it is of the one before', async ({ page }) => {
  await signIn(page);
  const list = page.getByRole('table', { name: 'Active Issues' });
  await expect(list).toHaveAttribute('aria-busy', 'false');
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => { answer = resolve; });
  await page.route(/\/v1\/issues\?.*q=minimist/, async (route) => {
    await answered;
    await route.continue();
  });
  await page.getByRole('searchbox', { name: 'Search' }).fill('minimist');
  await expect(list).toHaveAttribute('aria-busy', 'true');
  answer();
  await expect(list).toHaveAttribute('aria-busy', 'false');
});

test('the list needs no sideways scrolling at any width', async ({ page }) => {
  await signIn(page);
  await page.getByRole('table', { name: 'Active Issues' }).waitFor();
  for (const width of [1440, 1280, 1100, 1024, 993, 992, 800, 769, 768, 380, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate<number>('document.documentElement.scrollWidth'), `at ${width} pixels`).toBeLessThanOrEqual(width);
  }
});

test('Esc closes one thing at a time, the focus returns, and Back does not open it again', async ({ page }) => {
  await signIn(page);
  await page.goto('/connectors/slack');
  await connectByToken(page);
  await page.getByRole('button', { name: 'CONNECT', exact: true }).click();
  await page.getByRole('article', { name: 'Acme' }).waitFor();
  await page.getByRole('link', { name: 'Active Issues' }).click();
  const link = page.getByRole('row').nth(3).getByRole('link');
  await link.click();
  const issue = page.getByRole('dialog', { name: 'Issue' });
  await issue.getByRole('button', { name: 'Send to Slack' }).click();
  await page.getByRole('dialog', { name: 'Send to Slack' }).getByLabel('Add your own comment').focus();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Send to Slack' })).toBeHidden();
  await expect(issue.getByRole('button', { name: 'Send to Slack' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(issue).toBeHidden();
  await expect(link).toBeFocused();
  await page.goBack();
  await expect(page).toHaveURL(/\/connectors\/slack/);
});

test('what is being written stays while the connections cannot be read anew', async ({ page }) => {
  await signIn(page);
  await page.getByRole('button', { name: /^More actions/ }).first().click();
  await page.getByRole('menuitem', { name: 'Send to Slack' }).click();
  const comment = page.getByRole('dialog', { name: 'Send to Slack' }).getByLabel('Add your own comment');
  await comment.fill('half a sent');
  let refusals = 0;
  await page.route('**/v1/connections?**', async (route) => {
    await route.fulfill({ status: 403, json: { title: 'Forbidden', status: 403, detail: 'not now' } });
    refusals += 1;
  });
  await expect(async () => {
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`);
    expect(refusals).toBeGreaterThan(0);
  }).toPass({ timeout: 35_000 });
  await page.keyboard.type('ence');
  await expect(comment).toHaveValue('half a sentence');
});

test('an application stays on one line while there is room', async ({ page }) => {
  await signIn(page);
  const name = page.getByRole('cell', { name: 'payments-api', exact: true }).first().locator('span');
  expect((await name.boundingBox())?.height).toBeLessThan(30);
});

test('ages go on while nothing happens', async ({ page }) => {
  await page.clock.install();
  await signIn(page);
  const first = page.getByRole('row').nth(1);
  await expect(first).toBeVisible();
  await page.route('**/v1/**', () => undefined); // nothing is answered any more
  await page.clock.fastForward('02:00:00');
  await expect(first).toContainText('2 h');
});

test('a page that does not come leaves what is shown, and can be asked for again', async ({ page }) => {
  await signIn(page);
  const rows = page.getByRole('row');
  await expect(rows).toHaveCount(51);
  await page.route('**/v1/issues?**', (route) => route.abort());
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect(page.getByRole('alert')).toContainText('Tocsin cannot be reached');
  await expect(rows).toHaveCount(51);
  await page.unroute('**/v1/issues?**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('97 shown')).toBeVisible();
});

test('who never answers is not waited for without end', async ({ page }) => {
  await signIn(page);
  await page.route('**/v1/deliveries?**', () => undefined);
  await page.getByRole('link', { name: 'Deliveries' }).click();
  await expect(page.getByRole('alert')).toContainText('Tocsin cannot be reached', { timeout: 25_000 });
  await page.unroute('**/v1/deliveries?**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('Nothing has been sent yet')).toBeVisible();
});

test('a refused token says that the session has ended, and signing in again leads back', async ({ page }) => {
  await signIn(page);
  await page.evaluate(`sessionStorage.setItem('tocsin.token', sessionStorage.getItem('tocsin.token').replace(/[^.]+$/, 'AAAA'))`);
  await page.goto('/issues?severity=high');
  await expect(page.getByRole('status')).toContainText('Your session has ended');
  await page.getByRole('button', { name: 'SIGN IN' }).click();
  await expect(page).toHaveURL(/\/issues\?severity=high$/);
});

test('a viewer reads beside each disabled control which permission it needs', async ({ page }) => {
  await signIn(page, ['viewer']);
  await expect(page.getByRole('button', { name: 'Import a report' })).toBeDisabled();
  await expect(page.getByText('Needs the permission issues:ingest')).toBeVisible();
  await page.getByRole('checkbox', { name: /^Select / }).nth(1).check();
  await expect(page.getByRole('button', { name: 'Send to Slack' })).toBeDisabled();
  await expect(page.getByText('Needs the permission issues:send')).toBeVisible();
});
