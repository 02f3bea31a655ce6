import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

import { SLACK_SCOPES } from '@tocsin/domain';

import { appManifest, type ManifestPurpose } from './app-manifest.js';
import { toYaml } from './to-yaml.js';

const SCHEMA = JSON.parse(readFileSync(new URL('../../fixtures/slack-app-manifest/manifest.schema.2.0.0.json', import.meta.url), 'utf8')) as object;
const isManifest = new Ajv({ strict: false, validateFormats: false }).compile(SCHEMA);

interface Manifest {
  oauth_config: { redirect_urls?: string[]; scopes: { bot: string[]; bot_optional: string[] } };
  settings: { event_subscriptions?: { request_url: string; bot_events: string[] } };
}

const manifestFor = (purpose: ManifestPurpose): Manifest => appManifest(purpose, 'https://tocsin.test') as Manifest;

describe('the app manifest', () => {
  test.each(['token', 'published'] as const)('for %s is what Slack’s own schema takes', (purpose) => {
    expect([isManifest(manifestFor(purpose)), isManifest.errors]).toEqual([true, null]);
  });

  test('the schema bites', () => {
    expect(isManifest({ ...manifestFor('token'), colour: 'red' })).toBe(false);
  });

  test('asks for exactly the scopes of the table, with the optional one as optional', () => {
    for (const purpose of ['token', 'published'] as const) {
      expect(manifestFor(purpose).oauth_config.scopes).toEqual({ bot: SLACK_SCOPES.map(({ name }) => name), bot_optional: ['chat:write.public'] });
    }
  });

  test('only the published app comes back from the consent page and hears events', () => {
    expect(manifestFor('published').oauth_config.redirect_urls).toEqual(['https://tocsin.test/slack/oauth/callback']);
    expect(manifestFor('published').settings.event_subscriptions).toMatchObject({ request_url: 'https://tocsin.test/slack/events', bot_events: expect.arrayContaining(['app_uninstalled', 'tokens_revoked']) });
    expect(manifestFor('token').oauth_config).not.toHaveProperty('redirect_urls');
    expect(manifestFor('token').settings).not.toHaveProperty('event_subscriptions');
  });
});

describe('the guides', () => {
  const guide = (name: string): string => readFileSync(new URL(`../../../../docs/guides/${name}.md`, import.meta.url), 'utf8');

  test('to connect shows the scopes of the table, and no other', () => {
    const shown = [...guide('connect-slack').matchAll(/^\| `([a-z:.]+)` \| (required|optional) \| (.+) \|$/gm)].map(([, name, need, purpose]) => [name, need, purpose]);
    expect(shown).toEqual(SLACK_SCOPES.map(({ name, required, purpose }) => [name, required ? 'required' : 'optional', purpose]));
  });

  test('to publish names the two addresses of the manifest', () => {
    const { oauth_config, settings } = appManifest('published', 'PUBLIC_URL') as Manifest;
    for (const address of [oauth_config.redirect_urls?.[0], settings.event_subscriptions?.request_url]) expect(guide('publish-the-slack-app')).toContain(`\`${address ?? ''}\``);
  });
});

describe('as YAML', () => {
  test.each(['token', 'published'] as const)('the one for %s says the same', (purpose) => {
    expect(parse(toYaml(manifestFor(purpose)))).toEqual(manifestFor(purpose));
  });

  test('it is in block style', () => {
    expect(toYaml(manifestFor('token'))).toBe(`_metadata:
  major_version: 2
  minor_version: 0
display_information:
  name: Tocsin
  description: Security issue alerts and workflow notifications
  background_color: "#1d1c1d"
features:
  app_home:
    home_tab_enabled: false
    messages_tab_enabled: true
    messages_tab_read_only_enabled: true
  bot_user:
    display_name: Tocsin
    always_online: true
oauth_config:
  scopes:
    bot:
      - chat:write
      - channels:read
      - groups:read
      - users:read
      - users:read.email
      - chat:write.public
    bot_optional:
      - chat:write.public
settings:
  org_deploy_enabled: false
  socket_mode_enabled: false
  token_rotation_enabled: false
`);
  });

  test.each([['yes'], ['null'], ['1.0'], ['#x'], ['a: b'], ['a:'], ['- a'], ['it’s'], ['"'], ['']])('%j is quoted, since a reader would take it for something else', (text) => {
    expect(toYaml({ text })).toBe(`text: ${JSON.stringify(text)}\n`);
  });
});
