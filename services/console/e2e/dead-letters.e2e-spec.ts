/** Messages between services that could not be handled, on the page Problems: what they are, put back in line, deleted. */
import { expect } from '@playwright/test';
import { eventually } from '@tocsin/testing';

import { signIn, test, type Product } from './product.js';

test.describe.configure({ mode: 'serial' });

async function untilLetters(product: Product, count: number): Promise<void> {
  await eventually(async () => (await product.api<{ items: object[] }>('GET', '/v1/dead-letters?limit=200')).items.length === count, { timeout: 20_000 });
}

test('dead letters are grouped by reason; a group is deleted after a question, and one that is replayed before anything was mended dies again', async ({ page, product }) => {
  const event = { specversion: '1.0', id: 'e1', source: '/tocsin/issues', type: 'slack.send.v1', organizationid: 'acme', data: {} };
  for (const odd of [event, event, { ...event, type: 'slack.send.v2' }]) await product.putIntoQueue('notifier.slack.send.v1', JSON.stringify(odd));
  await untilLetters(product, 3);
  await signIn(page);
  await page.goto('/deliveries/problems');
  const section = page.getByRole('region', { name: 'Dead letters' });
  const invalid = section.getByRole('article', { name: '2 dead letters: data not valid, in notifier.slack.send.v1' });
  await expect(invalid).toContainText('/data/commandId');
  await invalid.getByRole('button', { name: 'Delete all' }).click();
  await page.getByRole('dialog', { name: 'Delete 2 dead letters?' }).getByRole('button', { name: 'DELETE' }).click();
  await expect(section).toContainText('2 letters deleted');
  await expect(invalid).toBeHidden();

  const later = section.getByRole('article', { name: '1 dead letter: a version that is not known, in notifier.slack.send.v1' });
  await expect(later).toContainText('"slack.send.v1" is the version that is known here');
  await later.getByRole('button', { name: /^Replay notifier:/ }).click();
  await expect(section).toContainText('1 letter put back in line');
  await untilLetters(product, 1);
  await page.reload();
  await expect(later).toBeVisible();
});

test('a group is dealt with as a whole: also what is not shown, and what somebody else deletes meanwhile', async ({ page, product }) => {
  const event = JSON.stringify({ specversion: '1.0', id: 'e2', source: '/tocsin/issues', type: 'slack.send.v1', organizationid: 'acme', data: {} });
  for (let count = 0; count < 101; count += 1) await product.putIntoQueue('notifier.slack.send.v1', event);
  await untilLetters(product, 102);
  await signIn(page);
  await page.goto('/deliveries/problems');
  const section = page.getByRole('region', { name: 'Dead letters' });
  await page.route('**/v1/dead-letters/*', async (route) => {
    await route.fetch();
    await route.fulfill({ status: 404, json: { title: 'Not found', status: 404 } });
  }, { times: 1 });
  await section.getByRole('article', { name: /^100 dead letters or more: data not valid/ }).getByRole('button', { name: 'Delete all' }).click();
  await page.getByRole('dialog', { name: 'Delete 100 dead letters or more?' }).getByRole('button', { name: 'DELETE' }).click();
  await expect(section).toContainText('101 letters deleted');
  await expect(section.getByRole('article')).toHaveCount(1);
  await expect(page.locator('#page')).toBeFocused();
});

test('whoever runs the installation deletes letters that no organization can read, and reads nothing of them', async ({ page, product }) => {
  await product.putIntoQueue('notifier.slack.send.v1', '{"secret": nonsense');
  await signIn(page, ['operator', 'viewer']);
  await page.goto('/deliveries/problems');
  const section = page.getByRole('region', { name: 'Dead letters' });
  const unreadable = section.getByRole('article', { name: '1 dead letter: no valid CloudEvent, in notifier.slack.send.v1' });
  await expect(async () => {
    await section.getByRole('button', { name: 'Refresh' }).click();
    await expect(unreadable).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(unreadable).not.toContainText('secret');
  await unreadable.getByRole('button', { name: /^Delete notifier:/ }).click();
  await page.getByRole('dialog', { name: 'Delete 1 dead letter?' }).getByRole('button', { name: 'DELETE' }).click();
  await expect(section).toContainText('1 letter deleted');
  await expect(unreadable).toBeHidden();
});
