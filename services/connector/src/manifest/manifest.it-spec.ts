import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { RunningConnector } from '../../test/running-connector.js';

let connector: RunningConnector;

beforeAll(async () => { connector = await RunningConnector.start(); }, 60_000);
afterAll(() => connector.stop(), 30_000);

describe('the app manifest over HTTP', () => {
  test('comes without a token, as JSON and as YAML', async () => {
    const json = await fetch(`${connector.url}/v1/slack/manifest?for=published`);
    expect(await json.json()).toMatchObject({ oauth_config: { redirect_urls: ['http://localhost:3000/slack/oauth/callback'] } });
    const yaml = await fetch(`${connector.url}/v1/slack/manifest?for=token&format=yaml`);
    expect(yaml.headers.get('content-type')).toContain('application/yaml');
    expect(await yaml.text()).toContain('- users:read.email');
  });

  test.each(['for=everybody', 'format=xml', 'colour=red'])('%s is refused', async (query) => {
    expect((await fetch(`${connector.url}/v1/slack/manifest?${query}`)).status).toBe(400);
  });
});
