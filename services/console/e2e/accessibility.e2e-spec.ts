/** Every screen is free of what axe can find, light and dark, and fits 320 pixels. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { eventually } from '@tocsin/testing';

import { connectByToken, signIn, test, type Product } from './product.js';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** All else is the same in both schemes. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

const SCREENS: readonly (readonly [name: string, open: (page: Page) => Promise<void>])[] = [
  ['Active Issues', async (page) => {
    await page.goto('/issues');
    await page.getByRole('table').waitFor();
  }],
  ['an open issue', async (page) => {
    await page.goto('/issues');
    await page.getByRole('row').nth(1).getByRole('link').click();
    await page.getByRole('region', { name: 'Notifications' }).getByText('Nothing has been sent').waitFor();
  }],
  ['Send to Slack', async (page) => {
    await page.goto('/issues');
    await page.getByRole('button', { name: /^More actions/ }).first().click();
    await page.getByRole('menuitem', { name: 'Send to Slack' }).click();
    await page.getByRole('region', { name: 'Preview' }).getByText('Sent by').waitFor();
    await page.getByLabel('Channel/User').fill('gen');
    await page.getByRole('option', { name: '#general' }).waitFor();
  }],
  ['Connectors', async (page) => {
    await page.goto('/connectors');
    await page.getByRole('article', { name: 'Slack' }).getByText('Connected', { exact: true }).first().waitFor();
  }],
  ['Slack', async (page) => {
    await connectByToken(page, 'xoxb-not-ours');
    await page.getByText('Check your credentials and permissions').waitFor();
  }],
  ['the way back from Slack, while a workspace is lost', async (page) => {
    await lose(page);
    await page.goto('/connectors/slack?result=refused&error=bad_redirect_uri');
    await page.getByRole('alert').getByText('Slack refused').waitFor();
    await page.getByRole('status').getByText('Slack connection lost').waitFor();
  }],
  ['a lost workspace', async (page) => {
    await lose(page);
    await openWorkspace(page);
    await page.getByRole('button', { name: 'Connect again' }).waitFor();
    await page.getByRole('region', { name: 'Destinations that need attention' }).getByText('#old-team').waitFor();
  }],
  ['its channels and people', async (page) => {
    await openWorkspace(page);
    await page.getByRole('tab', { name: 'Channels & people' }).click();
    await page.getByRole('progressbar').first().waitFor();
  }],
  ['what happened to it', async (page) => {
    await openWorkspace(page);
    await page.getByRole('tab', { name: 'Activity' }).click();
    await page.getByRole('list', { name: 'Activity' }).waitFor();
  }],
  ['Deliveries', async (page) => {
    await page.goto('/deliveries');
    await page.getByRole('table', { name: 'Deliveries' }).waitFor();
    await page.getByRole('cell').getByRole('checkbox').first().check();
    await page.getByRole('button', { name: 'More filters' }).click();
  }],
  ['all deliveries that match but one', async (page) => {
    await page.route(/\/v1\/deliveries\?/, async (route) => {
      const { items } = (await (await route.fetch()).json()) as { items: object[] };
      await route.fulfill({ json: { items: items.slice(0, 1), nextCursor: null } });
    });
    await page.goto('/deliveries');
    await page.getByLabel('Select all shown').first().check();
    await page.getByRole('button', { name: 'Select all 2 that match' }).click();
    await page.getByRole('cell').getByRole('checkbox').first().uncheck();
    await page.getByText('All that match but 1 are selected: 1.').waitFor();
  }],
  ['a state without deliveries', async (page) => {
    await page.goto('/deliveries?state=dead&code=expired');
    await page.getByText('No delivery matches these filters').waitFor();
  }],
  ['an open delivery', async (page) => {
    await page.goto('/deliveries?state=posted');
    await page.getByRole('table', { name: 'Deliveries' }).locator('.row-link').first().click();
    await page.getByRole('region', { name: 'Message' }).getByText('Sent by').waitFor();
  }],
  ['a delivery whose message was brought up to date', async (page) => {
    await page.route('**/v1/deliveries/*/message', async (route) => {
      const message = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...message, inSlack: message, editedAt: '2026-03-01T09:00:00Z', behind: 'waits' } });
    });
    await page.goto('/deliveries?state=posted');
    await page.getByRole('table', { name: 'Deliveries' }).locator('.row-link').first().click();
    await page.getByRole('region', { name: 'Message' }).getByRole('tabpanel').getByText('Sent by').waitFor();
  }],
  ['Replay', async (page) => {
    await page.goto('/deliveries?state=posted');
    await page.getByRole('table', { name: 'Deliveries' }).locator('.row-link').first().click();
    await page.getByRole('dialog', { name: 'Delivery' }).getByRole('button', { name: 'Replay' }).click();
    await page.getByText('It was already posted').waitFor();
  }],
  ['Problems', async (page) => {
    await page.goto('/deliveries/problems');
    await page.getByRole('article').filter({ hasText: 'archived' }).waitFor();
    await page.getByRole('article').filter({ hasText: 'a version that is not known' }).waitFor();
  }],
  ['Replay of a group', async (page) => {
    await page.goto('/deliveries/problems');
    await page.getByRole('button', { name: 'Replay it' }).click();
    await page.getByRole('dialog', { name: 'Replay 1 delivery' }).waitFor();
  }],
  ['a replay of many, while another is under way', async (page) => {
    await page.route('**/v1/deliveries/replays/*', (route) => route.fulfill({ json: { state: 'running', matched: 4, done: 2, skipped: 1 } }));
    await page.evaluate(`sessionStorage.setItem('tocsin.replays', '[{"replayId":"r1","wanted":4}]')`);
    await page.goto('/deliveries/replays/r2');
    await page.getByRole('note').filter({ hasText: 'A replay is under way' }).getByText('3 of 4').waitFor();
    await page.getByRole('region', { name: 'Replay' }).getByText('3 of 4').waitFor();
  }],
  ['Pause sending, while it is paused', async (page) => {
    await page.route('**/v1/deliveries/pauses', (route) => route.fulfill({ json: { items: [{ pausedAt: '2026-03-01T09:00:00Z', pausedBy: 'noa@acme.test', waiting: 3 }] } }));
    await page.goto('/deliveries');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByRole('button', { name: 'Pause sending' }).click();
    await page.getByRole('dialog', { name: 'Pause sending' }).waitFor();
  }],
  ['Why did I not get it', async (page) => {
    await page.goto('/deliveries/why');
    await page.getByRole('combobox', { name: 'Issue' }).fill('CVE');
    await page.getByRole('option').first().click();
    await page.getByLabel('Channel/User').fill('sec-internal');
    await page.getByRole('option', { name: '#sec-internal' }).click();
    await page.getByRole('region', { name: 'Answer' }).getByText('Nothing was ever sent').waitFor();
  }],
  ['sign in', async (page) => {
    await page.goto('/issues');
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'SIGN IN' }).waitFor();
  }],
];

/** Every connection reads as one that Slack has revoked. */
async function lose(page: Page): Promise<void> {
  const health = { state: 'revoked', reason: 'The token was revoked.', remedy: 'Connect the workspace again.', since: '2026-03-01T09:00:00Z' };
  await page.route(/\/v1\/connections(?:\/[^/?]+)?(?:\?.*)?$/, async (route) => {
    const answer = (await (await route.fetch()).json()) as object & { items?: object[] };
    await route.fulfill({ json: answer.items ? { ...answer, items: answer.items.map((one) => ({ ...one, health })) } : { ...answer, health } });
  });
}

async function openWorkspace(page: Page): Promise<void> {
  await page.goto('/connectors/slack');
  await page.getByRole('article', { name: 'Acme' }).getByRole('link', { name: 'Open Acme' }).click();
  await page.getByRole('heading', { name: 'Acme', level: 1 }).waitFor();
}

/** One tab for all screens: what it has loaded once it need not load again. */
let page: Page;

test.beforeAll(async ({ browser, product }) => {
  const context = await browser.newContext({ baseURL: product.url }); // axe opens a second tab in it
  page = await context.newPage();
  await product.importReport('grype-container.sarif', 'payments-api');
  await signIn(page);
  await connectByToken(page);
  await page.getByRole('button', { name: 'CONNECT', exact: true }).click();
  await page.getByRole('article', { name: 'Acme' }).waitFor();
  await somethingSent(product);
  await product.putIntoQueue('notifier.slack.send.v1', JSON.stringify({ specversion: '1.0', id: 'e1', source: '/tocsin/issues', type: 'slack.send.v2', organizationid: 'acme', data: {} }));
});

test.beforeEach(async () => {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 720 });
});

test.afterAll(async () => {
  await page.context().close();
});

/** A message that was posted and one that was refused, of issues that no other screen opens. */
async function somethingSent(product: Product): Promise<void> {
  const { items: [{ id: connectionId } = { id: '' }] } = await product.api<{ items: { id: string }[] }>('GET', '/v1/connections');
  const { items } = await product.api<{ items: { id: string }[] }>('GET', '/v1/issues?limit=50');
  for (const [issue, name] of [[items[20], '#sec-alerts'], [items[21], '#old-team']] as const) {
    await product.api('POST', `/v1/issues/${issue?.id ?? ''}/slack-messages`, { connectionId, destination: { name } });
  }
  await eventually(async () => {
    const { byState } = await product.api<{ byState: { posted: number; failed: number } }>('GET', '/v1/deliveries/summary');
    return byState.posted === 1 && byState.failed === 1;
  }, { timeout: 20_000 });
}

for (const [name, open] of SCREENS) {
  test(`${name} has no violation, light and dark, and needs no sideways scrolling at 320 pixels`, async () => {
    await open(page);
    expect(await violations((axe) => axe.withTags(WCAG))).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    expect(await violations((axe) => axe.withRules(OF_COLOURS)), 'dark').toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(() => page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
  });
}

async function violations(asked: (axe: AxeBuilder) => AxeBuilder): Promise<string[]> {
  const { violations: found } = await asked(new AxeBuilder({ page })).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
