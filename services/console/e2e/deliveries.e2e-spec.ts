/** The Deliveries screen: from a refusal to a message elsewhere, many at once, live, paused, and why somebody did not get it. */
import { expect, type Page } from '@playwright/test';
import { eventually } from '@tocsin/testing';

import { signIn, test, type Product } from './product.js';

test.describe.configure({ mode: 'serial' });

const PAYMENTS = 'C0PAYMENTS';
let connectionId = '';
let issues: { id: string; title: string }[] = [];

interface Summary {
  byState: Record<string, number>;
}

test.beforeAll(async ({ product }) => {
  await product.importReport('grype-container.sarif', 'payments-api');
  ({ id: connectionId } = await product.api<{ id: string }>('POST', '/v1/connections', { method: 'token', hostUrl: 'https://acme.slack.com', token: 'xoxb-sandbox-acme' }));
  issues = (await product.api<{ items: typeof issues }>('GET', '/v1/issues?limit=50')).items;
});

function send(product: Product, issue: number, channel: string): Promise<{ deliveryId: string }> {
  return product.api('POST', `/v1/issues/${issues[issue]?.id ?? ''}/slack-messages`, { connectionId, destination: { id: channel } });
}

async function untilAll(product: Product, state: string, count: number): Promise<void> {
  await eventually(async () => ((await product.api<Summary>('GET', '/v1/deliveries/summary')).byState[state] ?? 0) >= count, { timeout: 20_000 });
}

async function openDeliveries(page: Page, path = '/deliveries'): Promise<void> {
  await signIn(page);
  await page.goto(path);
  await page.getByRole('heading', { name: 'Deliveries', exact: true }).waitFor();
}

function rows(page: Page): ReturnType<Page['locator']> {
  return page.getByRole('table', { name: 'Deliveries' }).locator('tbody').getByRole('row');
}

/** Of the first field for a moment, beyond what it takes to show its whole text. */
const ROOM_LEFT = `(() => {
  const field = document.querySelector('input[type=datetime-local]');
  const copy = field.cloneNode();
  copy.style.width = 'max-content';
  document.body.append(copy);
  const room = field.offsetWidth - copy.offsetWidth;
  copy.remove();
  return room;
})()`;

test('a channel was archived: the refusal comes with its remedy, and the message goes to another channel', async ({ page, product }) => {
  await product.atSlack('channels', { id: PAYMENTS, archived: true });
  const { deliveryId } = await send(product, 0, PAYMENTS);
  await openDeliveries(page);
  const row = rows(page).filter({ hasText: issues[0]?.title ?? '' });
  await expect(row).toContainText('Failed');
  await expect(row).toContainText('archived');
  await row.getByRole('link').first().click();
  await expect(page).toHaveURL(new RegExp(`/deliveries/${deliveryId}$`));
  const drawer = page.getByRole('dialog', { name: 'Delivery' });
  await expect(drawer).toContainText('Unarchive the channel in Slack, or choose another one.');
  await expect(drawer.getByRole('region', { name: 'Timeline' })).toContainText('ci@acme.test, by hand');
  await expect(drawer.getByRole('region', { name: 'Timeline' })).toContainText('is_archived');
  await expect(drawer.getByRole('region', { name: 'Message' })).toContainText(issues[0]?.title ?? '');

  await drawer.getByRole('button', { name: 'Replay' }).click();
  const dialog = page.getByRole('dialog', { name: 'Replay' });
  await dialog.getByLabel('Another').check();
  await dialog.getByLabel('Channel/User').fill('sec-al');
  await page.getByRole('option', { name: '#sec-alerts' }).click();
  await dialog.getByLabel('Reason').fill('the team has moved');
  await dialog.getByRole('button', { name: 'REPLAY' }).click();
  await expect(dialog.getByRole('status')).toContainText('Posted to #sec-alerts');
  await expect(dialog.getByRole('link', { name: 'Open in Slack' })).toHaveAttribute('href', /^https:\/\/acme\.slack\.com\/archives\/C0SECALERT\/p/);
  await dialog.getByRole('button', { name: 'DONE' }).click();

  await drawer.getByRole('link', { name: '#sec-alerts: Posted' }).click();
  await expect(drawer.getByRole('status')).toContainText('Posted');
  await drawer.getByRole('link', { name: 'the delivery that it repeats' }).click();
  await expect(page).toHaveURL(new RegExp(`/deliveries/${deliveryId}$`));
});

test('what was replayed already is replayed once more only when somebody insists, beside the way to that replay', async ({ page, product }) => {
  const { items: [first] } = await product.api<{ items: { replayOf: string }[] }>('GET', '/v1/deliveries?state=posted');
  await openDeliveries(page, `/deliveries/${first?.replayOf ?? ''}`);
  await page.getByRole('dialog', { name: 'Delivery' }).getByRole('button', { name: 'Replay' }).click();
  const dialog = page.getByRole('dialog', { name: 'Replay' });
  await dialog.getByRole('button', { name: 'REPLAY' }).click();
  const refusal = dialog.getByRole('alert');
  await expect(refusal).toContainText('It was replayed already');
  await expect(refusal.getByRole('checkbox')).toBeFocused();
  await expect(refusal.getByRole('link', { name: 'that replay' })).toHaveAttribute('href', /\/deliveries\/.+/);
  await expect(dialog.getByRole('button', { name: 'REPLAY' })).toBeDisabled();
  await page.route('**/v1/deliveries/*/replay', async (route) => {
    expect(route.request().postDataJSON()).toEqual({ force: true });
    await route.fulfill({ status: 202, json: { deliveryId: 'd-unknown', replayOf: first?.replayOf, toldAgain: 2 } });
  });
  await refusal.getByLabel('Replay it once more nevertheless').check();
  await dialog.getByRole('button', { name: 'REPLAY' }).click();
  await expect(dialog).toContainText('2 of its messages were replayed by themselves before. The digest tells them once more.');
});

test('a delivery appears and changes without a reload', async ({ page, product }) => {
  await openDeliveries(page);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await page.evaluate('window.sameDocument = true');
  const { deliveryId } = await send(product, 1, 'C0SECALERT');
  const row = rows(page).filter({ has: page.locator(`a[href="/deliveries/${deliveryId}"]`) });
  await expect(row).toContainText('Posted', { timeout: 4_000 });
  expect(await page.evaluate('window.sameDocument')).toBe(true);
});

test('where there is no live connection the list is asked for again', async ({ page, product }) => {
  await page.route('**/v1/deliveries/stream**', (route) => route.abort());
  await openDeliveries(page);
  await expect(page.getByText('Refreshed every 5 s')).toBeVisible();
  const { deliveryId } = await send(product, 2, 'C0SECALERT');
  await expect(rows(page).filter({ has: page.locator(`a[href="/deliveries/${deliveryId}"]`) })).toContainText('Posted', { timeout: 15_000 });
});

test('a group of the same reason is replayed at once to another channel, with its progress', async ({ page, product }) => {
  for (const issue of [3, 4, 5, 6]) await send(product, issue, PAYMENTS);
  await untilAll(product, 'failed', 5);
  await openDeliveries(page, '/deliveries/problems');
  const group = page.getByRole('article').filter({ hasText: '4 deliveries' });
  await expect(group).toContainText('To #payments');
  await expect(group).toContainText('The channel is archived.');
  await expect(group).toContainText('Unarchive the channel in Slack, or choose another one.');
  await group.getByRole('button', { name: 'Replay all' }).click();
  const dialog = page.getByRole('dialog', { name: 'Replay 4 deliveries' });
  await dialog.getByLabel('Another').check();
  await dialog.getByLabel('Channel/User').fill('general');
  await page.getByRole('option', { name: '#general' }).click();
  await dialog.getByRole('button', { name: 'REPLAY 4' }).click();
  const progress = page.getByRole('dialog', { name: 'Replay' });
  await expect(progress.getByRole('progressbar', { name: 'Progress of the replay' })).toBeVisible();
  await expect(progress.getByRole('status')).toContainText('4 deliveries sent again');
  await progress.getByRole('button', { name: 'DONE' }).click();
  // with the one that was sent again before, all are dealt with
  await expect(page.getByRole('region', { name: 'Not sent' })).toContainText('Nothing: every delivery was posted');
  await page.goto('/deliveries?destination=%23general&state=posted');
  await expect(rows(page)).toHaveCount(4);
});

test('a replay of many says what it leaves out while it goes on, and is found again after a reload and by its address', async ({ page }) => {
  let progress = { state: 'running', matched: 4, done: 2, skipped: 1 };
  await page.route('**/v1/deliveries/replay', (route) => route.fulfill({ status: 202, json: { replayId: 'r1', matched: 4 } }));
  await page.route('**/v1/deliveries/replays/r1', (route) => route.fulfill({ json: progress }));
  await openDeliveries(page, '/deliveries?state=failed');
  await page.getByLabel('Select all shown').check();
  await page.getByRole('button', { name: 'Replay 5' }).click();
  await page.getByRole('dialog', { name: 'Replay 5 deliveries' }).getByRole('button', { name: 'REPLAY 5' }).click();
  const dialog = page.getByRole('dialog', { name: 'Replay' });
  await expect(dialog).toContainText('3 of 4: 2 sent again, 1 left out');
  await page.reload();
  const banner = page.getByRole('note').filter({ hasText: 'A replay is under way' });
  await expect(banner).toContainText('3 of 4: 2 sent again, 1 left out');
  await banner.getByRole('link', { name: 'Its own page' }).click();
  await expect(page).toHaveURL(/\/deliveries\/replays\/r1$/);
  await expect(page.getByRole('region', { name: 'Replay' })).toContainText('3 of 4: 2 sent again, 1 left out');
  await expect(banner).toBeHidden();
  await page.getByRole('link', { name: 'Problems' }).click();
  await expect(banner).toBeVisible();
  progress = { state: 'done', matched: 4, done: 3, skipped: 1 };
  const end = page.getByRole('status').filter({ hasText: 'The replay has ended: 3 deliveries sent again' });
  await expect(end).toContainText('1 left out: changed meanwhile. 1 left out: sent again already, or told by a digest.');
  await end.getByRole('button', { name: 'Dismiss' }).click();
  await expect(end).toBeHidden();
  await expect(page.locator('#page')).toBeFocused();
});

test('tabs count the states and stand in the address, together with the other filters', async ({ page }) => {
  await openDeliveries(page);
  await page.getByRole('tab', { name: 'Failed 5' }).click();
  await expect(page).toHaveURL(/\?state=failed$/);
  await expect(rows(page)).toHaveCount(5);
  await page.getByLabel('Search').fill(issues[3]?.id === undefined ? '' : (issues[3].title));
  await expect(page).toHaveURL(/q=/);
  await page.reload();
  await expect(page.getByRole('tab', { name: /^Failed/ })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(rows(page)).toHaveCount(5);
  await page.getByLabel('Destination').fill('#nowhere');
  await expect(page.getByText('No delivery matches these filters.')).toBeVisible();
});

test('numbers that cannot be had are not shown from before, and are asked for again with the list', async ({ page }) => {
  await openDeliveries(page);
  const failed = page.getByRole('tab', { name: /^Failed/ });
  await expect(failed).toHaveText('Failed 5');
  const refuse = { status: 400, json: { title: 'Refused', status: 400, detail: 'Not now.' } };
  await page.route('**/v1/deliveries/counts**', (route) => route.fulfill(refuse));
  await page.getByLabel('Search').fill('no such text');
  await expect(failed).toHaveText('Failed');
  const notice = page.getByRole('status').filter({ hasText: 'How many there are in each state is not known' });
  await expect(notice).toBeVisible();
  await page.unroute('**/v1/deliveries/counts**');
  await notice.getByRole('button', { name: 'Try again' }).click();
  await expect(failed).toHaveText('Failed 0');
  await expect(notice).toBeHidden();

  await page.route(/\/v1\/deliveries(\/counts)?\?/, (route) => route.fulfill(refuse));
  await page.getByLabel('Search').fill('');
  await page.getByLabel('Destination').fill('#payments');
  await expect(page.getByRole('alert')).toContainText('Not now.');
  await expect(failed).toHaveText('Failed');
  await page.unroute(/\/v1\/deliveries(\/counts)?\?/);
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
  await expect(failed).toHaveText('Failed 5');
  await expect(rows(page)).toHaveCount(5);
});

test('a list that cannot be had says so in place until it comes by itself; one that is old says above it since when', async ({ page }) => {
  let refusals = 0;
  const away = /\/v1\/deliveries\?/;
  await page.clock.install();
  await page.route('**/v1/deliveries/stream**', (route) => route.abort()); // a list that is live is asked for rarely
  await page.route(away, async (route) => {
    refusals += 1;
    await route.fulfill({ status: 503, json: { title: 'Database away', status: 503, detail: 'Not now.' } });
  });
  await openDeliveries(page);
  const failure = page.getByRole('alert').filter({ hasText: 'Not now.' });
  const advance = (): Promise<void> => page.clock.runFor(1_000);
  await expect.poll(async () => { await advance(); return failure.isVisible(); }).toBe(true);
  await failure.getByRole('button', { name: 'Try again' }).focus();
  const before = refusals;
  await expect.poll(async () => { await advance(); return refusals; }).toBeGreaterThan(before + 3);
  await expect(failure.getByRole('button', { name: 'Try again' })).toBeFocused();
  await expect(page.locator('.live-mark')).toBeHidden();
  await page.unroute(away);
  await expect.poll(async () => { await advance(); return rows(page).count(); }).toBeGreaterThan(0);
  await expect(failure).toBeHidden();

  await page.route(away, (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Sign in to the proxy</h1>' }));
  const unexpected = page.getByRole('alert').filter({ hasText: 'Unexpected answer (200)' });
  await expect.poll(async () => { await advance(); return unexpected.isVisible(); }, { timeout: 30_000 }).toBe(true);
  await expect(unexpected).toBeInViewport();
  await expect(page.locator('.live-mark')).toHaveText(/^As of \d/);
  expect(await rows(page).count()).toBeGreaterThan(0);
});

test('what is not there is not asked for over and over', async ({ page }) => {
  let asked = 0;
  await page.clock.install();
  await page.route('**/v1/deliveries/nowhere', async (route) => {
    asked += 1;
    await route.continue();
  });
  await openDeliveries(page, '/deliveries/nowhere');
  await expect(page.getByRole('dialog', { name: 'Delivery' }).getByRole('alert')).toContainText('Not found');
  const before = asked;
  await page.clock.runFor(30_000);
  await page.getByRole('dialog', { name: 'Delivery' }).getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => asked).toBe(before + 1);
});

test('what was posted already is left out of a bulk replay unless somebody insists', async ({ page }) => {
  await openDeliveries(page, '/deliveries?destination=%23general');
  await page.getByLabel('Select all shown').check();
  await expect(page.getByText('4 deliveries selected')).toBeVisible();
  await page.getByRole('button', { name: 'Replay 4' }).click();
  const dialog = page.getByRole('dialog', { name: 'Replay 4 deliveries' });
  await expect(dialog.getByRole('note')).toContainText('4 deliveries were already posted');
  await expect(dialog.getByRole('button', { name: 'REPLAY 0' })).toBeDisabled();
  await dialog.getByLabel('Post them again nevertheless').check();
  await expect(dialog.getByRole('button', { name: 'REPLAY 4' })).toBeEnabled();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('all that match are those that matched when they were selected, without what is taken out again, in what is said and in what is done', async ({ page, product }) => {
  await openDeliveries(page);
  const list = page.getByRole('table', { name: 'Deliveries' });
  await expect(page.getByRole('tab', { name: /^All [1-9]/ })).toBeVisible();
  // as if more matched than the list has shown so far
  await page.route(/\/v1\/deliveries\?/, async (route) => {
    const { items } = (await (await route.fetch()).json()) as { items: object[] };
    await route.fulfill({ json: { items: items.slice(0, 3), nextCursor: null } });
  });
  await page.reload();
  await expect(rows(page)).toHaveCount(3);
  await page.getByLabel('Select all shown').check();
  const offer = page.getByRole('button', { name: /^Select all \d+ that match$/ });
  const all = Number(/\d+/.exec(await offer.innerText())?.[0]);
  await offer.click();
  const bar = page.locator('.selection');
  await expect(bar).toContainText(`All that match are selected: ${all}. What has come or changed since is left out.`);
  const { deliveryId } = await send(product, 11, 'C0SECALERT');
  const late = rows(page).filter({ has: page.locator(`a[href="/deliveries/${deliveryId}"]`) });
  await expect(late).toContainText('Posted');
  const lateBox = late.getByRole('checkbox', { name: 'came or changed after you selected all' });
  await expect(lateBox).toBeDisabled();
  await lateBox.focus();
  await page.keyboard.press('Space');
  await expect(lateBox).not.toBeChecked();
  await expect(list.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await expect(page.getByRole('tab', { name: `All ${all + 1}` })).toBeVisible();
  await expect(bar).toContainText(`All that match are selected: ${all}.`);

  const taken = rows(page).filter({ has: page.getByRole('checkbox', { checked: true }) }).first();
  const outId = (await taken.getByRole('link').first().getAttribute('href'))?.split('/').at(-1) ?? '';
  await taken.getByRole('checkbox').press('Space');
  await expect(bar).toContainText(`All that match but 1 are selected: ${all - 1}.`);
  await expect(list.getByRole('checkbox', { checked: true })).toHaveCount(1);
  const left = all - 1;
  await page.getByRole('button', { name: `Replay ${left}` }).click();
  const dialog = page.getByRole('dialog', { name: `Replay ${left} deliveries` });
  await dialog.getByLabel('Post them again nevertheless').check();
  let asked: { filter?: { state?: string[]; changedBefore?: string; exceptIds?: string[] } } = {};
  await page.route('**/v1/deliveries/replay', async (route) => {
    asked = route.request().postDataJSON() as typeof asked;
    await route.abort();
  });
  await dialog.getByRole('button', { name: `REPLAY ${left}` }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  const { state = [], changedBefore = '', exceptIds = [] } = asked.filter ?? {};
  expect(exceptIds).toEqual([outId]);
  const matched = await product.api<Summary>('GET', `/v1/deliveries/counts?${new URLSearchParams({ changedBefore, exceptIds: outId }).toString()}`);
  expect(state.reduce((sum, one) => sum + (matched.byState[one] ?? 0), 0)).toBe(left);
  await page.keyboard.press('Escape');
  await page.getByLabel('Select all shown').click();
  await expect(bar).toContainText(`All that match are selected: ${all}.`);
});

test('another filter is another list, of which nothing is selected; the open delivery leads to others over the same list', async ({ page }) => {
  await openDeliveries(page, '/deliveries?state=failed');
  await page.getByLabel('Select all shown').check();
  await expect(page.getByText('5 deliveries selected')).toBeVisible();
  await page.getByRole('link', { name: 'All deliveries' }).click();
  await expect(page.getByText('Select deliveries to replay or cancel')).toBeVisible();
  await page.goBack();
  await expect(rows(page)).toHaveCount(5);
  await expect(page.getByText('Select deliveries to replay or cancel')).toBeVisible();
  await rows(page).filter({ hasText: issues[3]?.title ?? '' }).first().getByRole('link').first().click();
  await page.getByRole('dialog', { name: 'Delivery' }).getByRole('link', { name: '#general: Posted' }).click();
  await expect(page).toHaveURL(/\?state=failed$/);
});

test('a moment is typed digit by digit, in the zone of whoever types', async ({ browser, product }) => {
  const page = await browser.newPage({ baseURL: product.url, timezoneId: 'America/New_York', locale: 'en-US' });
  await openDeliveries(page);
  await page.getByRole('button', { name: 'More filters' }).click();
  const after = page.getByLabel('After');
  await after.fill('2024-03-01T09:30');
  await after.press('Tab');
  await after.press('Tab');
  await after.pressSequentially('2025', { delay: 400 });
  await expect(after).toHaveValue('2025-03-01T09:30');
  await expect(page).toHaveURL(/after=2025-03-01T14%3A30/);
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate(ROOM_LEFT), { message: `at ${width} pixels` }).toBeGreaterThanOrEqual(0);
  }
  await page.getByRole('search').getByRole('button', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(/deliveries$/);
  await page.close();
});

test('a tab that nobody sees holds no connection', async ({ page }) => {
  const see = (state: string): Promise<void> => page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true }); document.dispatchEvent(new Event('visibilitychange'));`);
  await openDeliveries(page);
  const live = page.getByText('Live', { exact: true });
  await expect(live).toBeVisible();
  await see('hidden');
  await expect(live).toBeHidden();
  await see('visible');
  await expect(live).toBeVisible();
});

test('what a digest told is taken back with the digest', async ({ page, product }) => {
  const { items: [posted] } = await product.api<{ items: { id: string }[] }>('GET', '/v1/deliveries?state=posted&limit=1');
  await page.route(`**/v1/deliveries/${posted?.id ?? ''}`, async (route) => route.fulfill({ json: { ...(await (await route.fetch()).json()) as object, digestId: 'd1' } }));
  await openDeliveries(page, `/deliveries/${posted?.id ?? ''}`);
  const drawer = page.getByRole('dialog', { name: 'Delivery' });
  await expect(drawer.getByRole('link', { name: 'the digest that tells it' })).toHaveAttribute('href', '/deliveries/d1');
  await expect(drawer.getByRole('button', { name: 'Delete from Slack' })).toBeHidden();
});

test('what Slack did not confirm leads to its channel, and its id can be taken along', async ({ page, product }) => {
  const { items: [posted] } = await product.api<{ items: { id: string }[] }>('GET', '/v1/deliveries?state=posted&destination=C0GENERAL1&limit=1');
  const id = posted?.id ?? '';
  await page.route(`**/v1/deliveries/${id}`, async (route) => route.fulfill({ json: { ...(await (await route.fetch()).json()) as object, state: 'unconfirmed', slack: undefined } }));
  await page.addInitScript('delete Navigator.prototype.clipboard');
  await openDeliveries(page, `/deliveries/${id}`);
  const drawer = page.getByRole('dialog', { name: 'Delivery' });
  const look = drawer.getByRole('link', { name: 'Look into #general' });
  await expect(look).toHaveAttribute('href', 'https://acme.slack.com/archives/C0GENERAL1');
  await expect(look).toHaveAttribute('rel', 'noopener noreferrer');
  await drawer.getByRole('button', { name: 'Copy id' }).click();
  await page.goto('/deliveries');
  await page.getByLabel('Search').focus();
  await page.keyboard.press('Control+V');
  await expect(page.getByLabel('Search')).toHaveValue(id);
});

test('whoever signs in after a session has ended sees nothing of the one before', async ({ page, product }) => {
  await openDeliveries(page);
  await expect(rows(page).first()).toBeVisible();
  await page.route('**/v1/deliveries/counts**', (route) => route.fulfill({ status: 401, json: {} }));
  await send(product, 10, 'C0SECALERT');
  await page.getByText('Your session has ended').waitFor();
  await page.unroute('**/v1/deliveries/counts**');
  await page.route(/\/v1\/deliveries\?/, () => {}); // there is no answer yet
  await page.getByLabel('Organization').fill('other');
  await page.getByRole('button', { name: 'SIGN IN' }).click();
  await page.getByRole('heading', { name: 'Deliveries', exact: true }).waitFor();
  await expect(page.getByRole('img', { name: 'Loading' })).toBeVisible();
  expect(await rows(page).count()).toBe(0);
});

test('sending is paused and resumed; meanwhile what waits can be cancelled', async ({ page, product }) => {
  await openDeliveries(page);
  await page.getByRole('button', { name: 'Pause sending' }).click();
  await page.getByRole('dialog', { name: 'Pause sending' }).getByRole('button', { name: 'PAUSE' }).click();
  const banner = page.getByRole('status').filter({ hasText: 'Sending is paused' });
  await expect(banner).toContainText('By noa@acme.test');
  await send(product, 7, 'C0SECALERT');
  await send(product, 8, 'C0SECALERT');
  await page.getByRole('tab', { name: 'Waiting 2' }).click();
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText('Waits: sending was paused by noa@acme.test');
  await page.reload();
  await expect(banner).toContainText('2 deliveries wait for it');
  await page.getByRole('checkbox', { name: /^Select / }).nth(1).check();
  await page.getByRole('button', { name: 'Cancel 1' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cancel what waits' });
  await dialog.getByRole('button', { name: 'CANCEL THEM' }).click();
  await expect(dialog.getByRole('status')).toContainText('1 delivery cancelled');
  await expect(dialog).toBeFocused();
  await dialog.getByRole('button', { name: 'DONE' }).click();
  await rows(page).first().getByRole('link').first().click();
  const drawer = page.getByRole('dialog', { name: 'Delivery' });
  await drawer.getByRole('button', { name: 'Cancel' }).click();
  await expect(drawer.getByRole('status')).toContainText('Suppressed');
  await expect(drawer).toBeFocused();
  await page.keyboard.press('Escape');
  await banner.getByRole('button', { name: 'Resume' }).click();
  await expect(banner).toBeHidden();
  await expect(page.locator('#page')).toBeFocused();
  await expect(page.getByText('No delivery is in this state.')).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Suppressed 2' })).toBeVisible();
});

test('a message is shown as it stands in Slack now and as it was first posted; in the wrong place it is deleted from Slack', async ({ page, product }) => {
  const { deliveryId } = await send(product, 9, 'C0GENERAL1');
  await openDeliveries(page, `/deliveries/${deliveryId}`);
  const drawer = page.getByRole('dialog', { name: 'Delivery' });
  const message = drawer.getByRole('region', { name: 'Message' });
  await expect(message.getByRole('heading', { name: 'Message as it was posted' })).toBeVisible();
  await product.api('PATCH', `/v1/issues/${issues[9]?.id ?? ''}`, { status: 'resolved' });
  await expect(message.getByRole('tab', { name: 'In Slack now' })).toHaveAttribute('aria-selected', 'true');
  await expect(message.getByRole('tabpanel')).toContainText('Resolved');
  await expect(message.getByRole('tabpanel')).toContainText('Brought up to date');
  await message.getByRole('tab', { name: 'In Slack now' }).press('ArrowRight');
  await expect(message.getByRole('tab', { name: 'As first posted' })).toBeFocused();
  await expect(message.getByRole('tabpanel')).not.toContainText('Resolved');
  await drawer.getByRole('button', { name: 'Delete from Slack' }).click();
  await page.getByRole('dialog', { name: 'Delete from #general?' }).getByRole('button', { name: 'DELETE' }).click();
  await expect(drawer.getByRole('status')).toContainText('Suppressed');
  await expect(drawer).toBeFocused();
  const { items } = (await (await fetch(`${product.sandboxUrl}/sandbox/messages?channel=C0GENERAL1`)).json()) as { items: { text: string }[] };
  expect(items.filter(({ text }) => text.includes(issues[9]?.title ?? ''))).toHaveLength(0);
});

test('why did I not get it: what became of it, or that nothing was ever sent there and what to look at', async ({ page }) => {
  await openDeliveries(page, '/deliveries/why');
  await page.getByRole('combobox', { name: 'Issue' }).fill(issues[3]?.title.slice(0, 14) ?? '');
  await page.getByRole('option', { name: issues[3]?.title ?? '' }).first().click();
  await page.getByLabel('Channel/User').fill(PAYMENTS);
  await page.getByRole('option', { name: '#payments' }).click();
  const answer = page.getByRole('region', { name: 'Answer' });
  await expect(answer.getByRole('status')).toContainText('Slack refused it for #payments. The channel is archived.');
  await page.getByRole('button', { name: 'Clear the choice' }).click();
  await page.getByLabel('Channel/User').fill('sec-internal');
  await page.getByRole('option', { name: '#sec-internal' }).click();
  await expect(answer.getByRole('status')).toContainText('Nothing was ever sent about this issue to #sec-internal.');
  await expect(answer.getByRole('status')).toContainText('instead: see below');
  await page.reload();
  await expect(answer.getByRole('status')).toContainText('#sec-internal');
  await page.getByRole('link', { name: 'Why did I not get it?' }).click();
  await expect(page.getByLabel('Channel/User')).toHaveValue('');
});

test('why did I not get it, of an issue that does not exist: it says so, and what to do', async ({ page }) => {
  await openDeliveries(page, `/deliveries/why?issueId=no-such-issue&destination=${PAYMENTS}&connectionId=${connectionId}`);
  const answer = page.getByRole('region', { name: 'Answer' });
  await expect(answer.getByRole('status')).toContainText('There is no such issue in your organization.');
  await expect(answer.getByRole('status')).toContainText('Find it above by its title, CVE or rule.');
  await expect(answer.getByRole('link', { name: 'Open the issue' })).toBeHidden();
});

test('what is selected stays in sight down a long list, and does not cover the row that has the focus', async ({ page }) => {
  for (const [width, height] of [[1280, 500], [320, 640]] as const) {
    await page.setViewportSize({ width, height });
    await openDeliveries(page);
    await page.getByRole('cell').getByRole('checkbox').first().check();
    const bar = page.locator('.selection');
    const links = page.locator('.row-link');
    await links.last().focus();
    await expect(page.getByRole('button', { name: 'Clear the selection' })).toBeInViewport({ ratio: 1 });
    for (let step = 0; step < 6; step += 1) await page.keyboard.press('ArrowUp');
    const focused = await page.locator('.row-link:focus').boundingBox();
    const above = await bar.boundingBox();
    expect(focused?.y).toBeGreaterThanOrEqual((above?.y ?? 0) + (above?.height ?? 0));
  }
});

test('the keyboard goes from row to row, opens one and comes back to it', async ({ page }) => {
  await openDeliveries(page);
  const links = page.locator('.row-link');
  await links.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Delivery' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Delivery' })).toBeHidden();
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(links.first()).toBeFocused();
});

test('the list needs no sideways scrolling at any width, however long the names are, and all of it can be selected', async ({ page }) => {
  await page.route(/\/v1\/deliveries\?/, async (route) => {
    const { items, nextCursor } = (await (await route.fetch()).json()) as { items: object[]; nextCursor: string | null };
    const source = { kind: 'workflow', workflowId: 'critical-and-high-to-the-team', version: 1, stepId: 's1' };
    const waitingFor = { reason: 'sending for its workflow was paused by noa@acme.test' };
    await route.fulfill({ json: { items: items.map((item) => ({ ...item, state: 'waiting', source, waitingFor, title: 'العربية: حقن SQL في مستودع الطلبات #1', destination: { id: 'C0X', name: '#security-alerts-of-the-payments-team' } })), nextCursor } });
  });
  await openDeliveries(page);
  await rows(page).first().waitFor();
  for (const width of [1600, 1441, 1440, 1280, 1100, 1024, 993, 992, 800, 769, 768, 380, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate<number>('document.documentElement.scrollWidth'), `at ${width} pixels`).toBeLessThanOrEqual(width);
    const isCards = await page.evaluate<boolean>(`getComputedStyle(document.querySelector('.list thead')).position === 'absolute'`);
    await expect(page.getByRole('button', { name: 'Select all shown' }), `at ${width} pixels`).toBeVisible({ visible: isCards });
  }
});

test('a link is copied where the browser offers no clipboard, and it says so', async ({ page }) => {
  await page.addInitScript('delete Navigator.prototype.clipboard');
  await openDeliveries(page);
  await page.locator('.row-link').first().click();
  const drawer = page.getByRole('dialog', { name: 'Delivery' });
  await drawer.getByRole('button', { name: 'Copy link' }).click();
  await expect(drawer.getByRole('button', { name: 'Copied' })).toBeVisible();
  await expect(drawer.getByRole('button', { name: 'Copied' })).toBeFocused();
  const link = page.url();
  await page.goto('/deliveries');
  await page.getByLabel('Search').focus();
  await page.keyboard.press('Control+V');
  await expect(page.getByLabel('Search')).toHaveValue(link);
});

test('what is open follows also after its end where there is no live connection', async ({ page, product }) => {
  await page.route('**/v1/deliveries/stream**', (route) => route.abort());
  const { deliveryId } = await send(product, 12, 'C0GENERAL1');
  await openDeliveries(page, `/deliveries/${deliveryId}`);
  const state = page.getByRole('dialog', { name: 'Delivery' }).getByRole('status').first();
  await expect(state).toContainText('Posted');
  await product.api('POST', `/v1/deliveries/${deliveryId}/retract`, {});
  await expect(state).toContainText('Suppressed', { timeout: 30_000 });
});

test('a viewer reads which permission each disabled control needs', async ({ page }) => {
  await signIn(page, ['viewer']);
  await page.goto('/deliveries');
  await expect(page.getByRole('button', { name: 'Pause sending' })).toBeDisabled();
  await page.locator('.row-link').first().click();
  await expect(page.getByRole('dialog', { name: 'Delivery' })).toContainText('Needs the permission deliveries:replay');
  await page.goto('/deliveries/problems');
  await expect(page.getByRole('region', { name: 'Dead letters' })).toContainText('deliveries:replay');
});
