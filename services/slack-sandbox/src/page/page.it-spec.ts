/** The page in a real browser: what people see of the messages, and that no message can do anything there. */
import { existsSync } from 'node:fs';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type Page } from '@playwright/test';

import { runningSandbox, type RunningSandbox } from '../../test/running-sandbox.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

let sandbox: RunningSandbox;
beforeAll(async () => { sandbox = await runningSandbox(); });
afterEach(async () => { await sandbox.reset(); });
afterAll(async () => { await sandbox.close(); });

async function post(channel: string, content: Record<string, unknown>): Promise<{ channel: string; ts: string }> {
  const { body } = await sandbox.call('chat.postMessage', { channel, ...content });
  if (!body.ok) throw new Error(JSON.stringify(body));
  return { channel: String(body.channel), ts: String(body.ts) };
}

interface State {
  version: string;
  workspaces: { name: string; channels: { items: { id: string; name: string; count: number }[]; more: number }; people: { items: { id: string; name: string; count: number }[]; more: number } }[];
  chosen?: { name: string };
  messages: { text: string; sender: string }[];
  names: Record<string, string>;
}

async function state(query = ''): Promise<State> {
  return (await (await fetch(`${sandbox.url}/page/state${query}`)).json()) as State;
}

describe('what the page is told', () => {
  test('all channels, private ones too, and the people who can be written to', async () => {
    const { workspaces } = await state();
    expect(workspaces.map(({ name }) => name)).toEqual(['Acme', 'Globex']);
    expect(workspaces[0]?.channels.items.map(({ name }) => name)).toEqual(['general', 'sec-alerts', 'payments', 'old-team', 'sec-internal', 'board', 'ext-partner']);
    expect(workspaces[0]?.people.items.map(({ name }) => name)).toEqual(['Alice Adams', 'Bob Brown', 'Noa Levi']);
  });

  test('the messages of the chosen place, with names for the ids that they mention', async () => {
    await post('U0ALICE001', { text: 'look, <@U0BOB00001>, in <#C0SECALERT>' });
    const told = await state('?channel=U0ALICE001');
    expect(told).toMatchObject({ chosen: { name: 'Alice Adams' }, messages: [{ sender: 'Tocsin (own app)' }], names: { U0BOB00001: 'Bob Brown', C0SECALERT: 'sec-alerts' } });
    expect(told.workspaces[0]?.people.items[0]).toMatchObject({ count: 1 });
  });

  test('nothing anew until something happens', async () => {
    const { version } = await state();
    expect((await fetch(`${sandbox.url}/page/state?version=${version}`)).status).toBe(204);
    await post('C0GENERAL1', { text: 'x' });
    expect((await fetch(`${sandbox.url}/page/state?version=${version}`)).status).toBe(200);
  });

  test('of a large workspace the places with messages first, and how many are not shown', async () => {
    await sandbox.control('directory', { channels: 1000 });
    await post('#team-000900', { text: 'x' });
    const channels = (await state()).workspaces[0]?.channels;
    expect([channels?.items.length, channels?.more, channels?.items[0]?.name]).toEqual([200, 807, 'team-000900']);
  });

  test.each(['/', '/page.js', '/page.css', '/page/state', '/oauth/v2/authorize'])('%s may load nothing from elsewhere', async (path) => {
    const policy = (await fetch(sandbox.url + path)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).not.toContain('unsafe');
  });
});

const inBrowser = existsSync(CHROMIUM) ? describe : describe.skip;

inBrowser('in a browser', () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => { browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] }); }, 30_000);
  afterAll(async () => { await browser.close(); });
  afterEach(async () => { await page.close(); });

  async function open(path: string): Promise<Page> {
    page = await browser.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(sandbox.url + path);
    return page;
  }

  test('a channel is chosen, and what is posted appears, is changed and is answered', async () => {
    await open('/');
    await page.getByRole('button', { name: 'sec-alerts' }).click();
    await page.getByText('Nothing was posted here yet.').waitFor();
    const posted = await post('C0SECALERT', { text: 'fallback', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*first*' } }] });
    await page.getByText('first').waitFor();
    await sandbox.call('chat.update', { ...posted, text: 'changed' });
    await page.getByText('(edited)').waitFor();
    await post('C0SECALERT', { text: 'answer', thread_ts: posted.ts });
    await page.getByText('1 reply').waitFor();
    expect(await page.getByRole('log').innerText()).not.toContain('fallback');
    expect(new URL(page.url()).search).toBe('?channel=C0SECALERT');
  }, 20_000);

  test('a message in every kind of block', async () => {
    await post('C0SECALERT', {
      text: 'fallback',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'Digest :red_circle:' } },
        { type: 'section', text: { type: 'mrkdwn', text: '*bold* _italic_ ~gone~ `a<b` <https://x.test/?a=1&amp;b=2|a *link*> <!here> <@U0BOB00001> 1 &lt; 2\n&gt; quoted' }, fields: [{ type: 'mrkdwn', text: '*Owner*\nNoa' }] },
        { type: 'divider' },
        { type: 'rich_text', elements: [{ type: 'rich_text_list', style: 'bullet', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'item', style: { bold: true } }] }] }, { type: 'rich_text_quote', elements: [{ type: 'text', text: 'said' }] }] },
        { type: 'context', elements: [{ type: 'mrkdwn', text: 'small print' }] },
        { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Press' } }] },
      ],
      attachments: [{ color: '#b3261e', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'card' } }] }],
    });
    await open('/?channel=C0SECALERT');
    const message = page.getByRole('article');
    await message.waitFor();
    const texts = (selector: string): Promise<string[]> => message.locator(selector).allTextContents();
    expect({
      strong: await texts('.block strong'), em: await texts('em'), gone: await texts('s'), code: await texts('code'), mentions: await texts('.mention'), quotes: await texts('blockquote'), items: await texts('li'),
    }).toEqual({
      strong: ['bold', 'link', 'Owner', 'item'], em: ['italic'], gone: ['gone'], code: ['a<b'], mentions: ['@here', '@Bob Brown'], quotes: ['quoted', 'said'], items: ['item'],
    });
    expect(await message.getByRole('link').getAttribute('href')).toBe('https://x.test/?a=1&b=2');
    expect(await message.locator('.attachment').getAttribute('style')).toBe('border-left-color: rgb(179, 38, 30);');
    expect(await message.locator('.header').getByRole('img', { name: 'red circle' }).count()).toBe(1);
    expect(await message.getByRole('button', { name: 'Press' }).isDisabled()).toBe(true);
    expect(await message.innerText()).toContain('1 < 2');
  }, 20_000);

  test('no text of a message becomes markup or an address that runs something', async () => {
    const evil = '<img src=x onerror=alert(1)> &lt;script&gt;alert(2)&lt;/script&gt; <javascript:alert(3)|click> "><svg onload=alert(4)>';
    const dialogs: string[] = [];
    await post('C0SECALERT', {
      text: evil,
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: evil } }, { type: 'header', text: { type: 'plain_text', text: evil } }, { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'link', url: 'javascript:alert(5)', text: evil }] }] }],
      attachments: [{ color: 'red;background:url(//evil.example)', title: evil, title_link: 'javascript:alert(6)', text: evil }],
    });
    await open('/?channel=C0SECALERT');
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByRole('article').waitFor();
    await page.getByText('click').first().click();
    expect(await page.getByRole('article').locator('img, script, svg, a').count()).toBe(0);
    expect(dialogs).toEqual([]);
  }, 20_000);

  test('the consent page: the optional scope is declined and Allow leads back', async () => {
    const back = `${sandbox.url}/?back=1`;
    await open(`/oauth/v2/authorize?${new URLSearchParams({ client_id: 'sandbox.client', scope: 'chat:write,chat:write.public', redirect_uri: back, state: 'abc' }).toString()}`);
    await page.getByRole('checkbox').uncheck();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/back=1/);
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('state')).toBe('abc');
    const { body } = await sandbox.call('oauth.v2.access', { client_id: 'sandbox.client', client_secret: 'sandbox-secret', code: searchParams.get('code'), redirect_uri: back });
    expect(body.scope).toBe('chat:write');
  }, 20_000);

  test('the browser has nothing to complain about', () => {
    expect(complaints).toEqual([]);
  });
});
