/** Every screen is free of what axe can find, light and dark, and fits 320 pixels. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

import { connectByToken, signIn, test } from './product.js';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const SCREENS: readonly (readonly [name: string, open: (page: Page) => Promise<void>])[] = [
  ['sign in', async (page) => {
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'SIGN IN' }).waitFor();
  }],
  ['Active Issues', async (page) => {
    await page.getByRole('table').waitFor();
  }],
  ['an open issue', async (page) => {
    await page.getByRole('row').nth(1).getByRole('link').click();
    await page.getByRole('region', { name: 'Notifications' }).getByText('Nothing has been sent').waitFor();
  }],
  ['Send to Slack', async (page) => {
    await page.getByRole('button', { name: /^More actions/ }).first().click();
    await page.getByRole('menuitem', { name: 'Send to Slack' }).click();
    await page.getByRole('region', { name: 'Preview' }).getByText('Sent by').waitFor();
    await page.getByLabel('Channel/User').fill('e');
    await page.getByRole('option', { name: '#general' }).waitFor();
  }],
  ['Connectors', async (page) => {
    await page.goto('/connectors');
    await page.getByRole('link', { name: 'Slack', exact: true }).getByText('Connected').waitFor();
  }],
  ['Slack', async (page) => {
    await connectByToken(page, 'xoxb-not-ours');
    await page.getByText('Check your credentials and permissions').waitFor();
  }],
  ['Deliveries', async (page) => {
    await page.goto('/deliveries');
    await page.getByText('Nothing has been sent yet').waitFor();
  }],
];

test.beforeAll(async ({ browser, product }) => {
  const page = await browser.newPage({ baseURL: product.url });
  await product.importReport('grype-container.sarif', 'payments-api');
  await signIn(page);
  await connectByToken(page);
  await page.getByRole('button', { name: 'CONNECT', exact: true }).click();
  await page.getByRole('article', { name: 'Acme' }).waitFor();
  await page.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    for (const [name, open] of SCREENS) {
      test(`${name} has no violation`, async ({ page }) => {
        await signIn(page);
        await open(page);
        const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
      });
    }
  });
}

test.describe('320 pixels wide', () => {
  test.use({ viewport: { width: 320, height: 640 } });
  for (const [name, open] of SCREENS) {
    test(`${name} needs no sideways scrolling`, async ({ page }) => {
      await signIn(page);
      await open(page);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    });
  }
});
