/** The main job in the browser: from an empty database to a message in Slack. */
import { expect } from '@playwright/test';

import { connectByToken, signIn, signInOnThePage, test } from './product.js';

test.describe.configure({ mode: 'serial' });

test('an empty installation says how the first issue comes in and how to connect', async ({ page }) => {
  await signInOnThePage(page);
  await expect(page.getByRole('heading', { name: 'No issues yet' })).toBeVisible();
  await expect(page.getByText('/v1/scans?application=my-app')).toBeVisible();
  await page.getByRole('link', { name: 'Connectors' }).click();
  await expect(page.getByRole('region', { name: 'Dev Alerts' }).getByText('Not configured')).toBeVisible();
});

test('a token that is not the sandbox’s is refused, with what to do', async ({ page }) => {
  await signIn(page);
  await connectByToken(page, 'xoxb-1234567890-abcdefghijkl');
  const failure = page.getByRole('alert').filter({ hasText: 'Check your credentials and permissions' });
  await expect(failure).toContainText('SLACK_');
  await expect(page.getByRole('button', { name: 'CONNECT', exact: true })).toBeDisabled();
  await page.getByLabel('Token', { exact: true }).fill('xoxb-another');
  await expect(failure).toBeHidden();
});

test('a workspace is connected by TOKEN', async ({ page }) => {
  await signIn(page);
  await connectByToken(page);
  await expect(page.getByRole('status').filter({ hasText: 'Connection successful: Acme as @tocsin-own' })).toBeVisible();
  await page.getByRole('button', { name: 'CONNECT', exact: true }).click();
  const acme = page.getByRole('article', { name: 'Acme' });
  await expect(acme.getByText('Connected', { exact: true })).toBeVisible();
  await expect(acme).not.toContainText('xoxb-sandbox-acme');
});

test('a test message arrives', async ({ page, product }) => {
  await signIn(page);
  await page.goto('/connectors/slack');
  await page.getByRole('button', { name: 'Send a test message' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send a test message' });
  await dialog.getByLabel('Channel/User').fill('#general');
  await page.getByRole('option', { name: '#general' }).click();
  await dialog.getByRole('button', { name: 'SEND' }).click();
  await expect(dialog.getByRole('link', { name: 'Open in Slack' })).toHaveAttribute('href', /^https:\/\/acme\.slack\.com\/archives\/C/);
  await page.goto(product.sandboxUrl);
  await page.getByRole('button', { name: '# general' }).first().click();
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText('Test message');
});

test('an issue is found and sent to #sec-alerts with a comment, and the page follows it to its link', async ({ page, product }) => {
  await product.importReport('grype-container.sarif', 'payments-api');
  await signIn(page);
  await page.getByLabel('Search').fill('CVE');
  await expect(page).toHaveURL(/q=CVE/);
  const [title = ''] = await page.getByRole('row').nth(1).getByRole('link').allTextContents();
  await page.getByRole('link', { name: title, exact: true }).first().click();
  const issue = page.getByRole('dialog', { name: 'Issue' });
  await issue.getByRole('button', { name: 'Send to Slack' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send to Slack' });
  await dialog.getByLabel('Channel/User').fill('#sec-al');
  await expect(page.getByRole('option', { name: '#sec-alerts' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Add your own comment').fill('Please look at this today. <!channel> *really*');
  const preview = dialog.getByRole('region', { name: 'Preview' });
  await expect(preview).toContainText('Please look at this today. <!channel> *really*');
  await expect(preview.getByRole('link', { name: title })).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(dialog.getByRole('status')).toContainText('Posted to #sec-alerts');
  await expect(dialog.getByRole('link', { name: 'Open in Slack' })).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'DONE' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(issue.getByRole('region', { name: 'Notifications' })).toContainText('#sec-alerts');
  await page.goto(product.sandboxUrl);
  await page.getByRole('button', { name: '# sec-alerts' }).click();
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText('Please look at this today. <!channel> *really*');
});

test('several issues go as one message, and a destination that cannot be picked says why', async ({ page }) => {
  await signIn(page);
  await page.getByRole('checkbox', { name: /^Select / }).nth(1).check();
  await page.getByRole('checkbox', { name: /^Select / }).nth(2).check();
  await page.getByRole('button', { name: 'Send to Slack' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send to Slack' });
  await dialog.getByLabel('Channel/User').fill('old-team');
  await expect(page.getByRole('option', { name: '#old-team' })).toBeDisabled();
  await dialog.getByLabel('Channel/User').fill('bob@acme.test');
  await page.getByRole('option', { name: '@bob' }).click();
  await dialog.getByRole('button', { name: 'SEND' }).click();
  await expect(dialog.getByRole('status')).toContainText('Posted to');
  await dialog.getByRole('link', { name: 'All deliveries' }).click();
  await expect(page.getByRole('row').filter({ hasText: '2 issues' })).toContainText('Posted');
});

test('a refusal says what to do, and the comment is kept for another destination', async ({ page, product }) => {
  await signIn(page);
  await page.getByRole('row').nth(4).getByRole('link').click();
  await page.getByRole('dialog', { name: 'Issue' }).getByRole('button', { name: 'Send to Slack' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send to Slack' });
  await dialog.getByLabel('Channel/User').fill('payments');
  await page.getByRole('option', { name: '#payments' }).click();
  await dialog.getByLabel('Add your own comment').fill('For whom is this?');
  await product.refuseNextMessage('is_archived');
  await dialog.getByRole('button', { name: 'SEND' }).click();
  await expect(dialog.getByRole('status')).toContainText('Not posted to #payments');
  await expect(dialog.getByRole('status')).toContainText('archived');
  await dialog.getByRole('button', { name: 'Choose another destination' }).click();
  await expect(dialog.getByLabel('Add your own comment')).toHaveValue('For whom is this?');
  await expect(dialog.getByRole('button', { name: 'SEND' })).toBeDisabled();
});

test('a report is imported from a file', async ({ page, product }) => {
  await signIn(page);
  await page.getByRole('button', { name: 'Import a report' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a report' });
  await dialog.getByLabel('Application').fill('terraform-live');
  await page.locator('input[type=file]').setInputFiles(product.reportFile('edge/trivy-broken-trailing-data.sarif'));
  await dialog.getByRole('button', { name: 'IMPORT' }).click();
  await expect(dialog.getByRole('alert')).toContainText(/line \d+/i);
  await page.locator('input[type=file]').setInputFiles(product.reportFile('trivy-config-tfsec-project.sarif'));
  await dialog.getByRole('button', { name: 'IMPORT' }).click();
  await expect(dialog.getByRole('status')).toContainText('Imported from Trivy');
  await dialog.getByRole('button', { name: 'DONE' }).click();
  await page.goto('/issues?application=terraform-live');
  await expect(page.getByRole('row').nth(1)).toContainText('terraform-live');
});

test('an issue is sent from the three-dots menu of its row', async ({ page }) => {
  await signIn(page);
  await page.getByRole('button', { name: /^More actions/ }).first().click();
  await page.getByRole('menuitem', { name: 'Send to Slack' }).click();
  await expect(page.getByRole('dialog', { name: 'Send to Slack' }).getByLabel('Channel/User')).toBeFocused();
});

test('the way over Slack’s consent page ends where it began', async ({ page }) => {
  await signIn(page);
  await page.goto('/connectors/slack');
  await page.getByRole('tab', { name: 'IDENTITY PROVIDER' }).click();
  await page.getByRole('button', { name: 'VERIFY CONNECTIVITY' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Ready to connect' })).toBeVisible();
  await page.getByRole('button', { name: 'CONNECT', exact: true }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await expect(page.getByText('The workspace is connected')).toBeVisible();
  await expect(page.getByRole('article', { name: 'Acme' })).toContainText('Identity provider');
});

test('without permission the page can be read, and its controls say what is missing', async ({ page }) => {
  await signIn(page, ['viewer']);
  await expect(page.getByRole('row').nth(1)).toBeVisible();
  await page.goto('/connectors/slack');
  await expect(page.getByText('connectors:configure')).toBeVisible();
  await expect(page.getByLabel('Slack Host URL')).toBeDisabled();
  await expect(page.getByRole('button', { name: 'VERIFY CONNECTIVITY' })).toBeDisabled();
});
