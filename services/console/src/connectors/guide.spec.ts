/** The guide is the counterpart of the screens: what it quotes is what stands there. */
import { readFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import { SLACK_SCOPES } from '@tocsin/domain';

import { connectResult } from './connect-result.js';

const GUIDE = readFileSync(new URL('../../../../docs/guides/connect-slack.md', import.meta.url), 'utf8');

test.each(['connected', 'cancelled', 'expired', 'used', 'wrong_browser', 'wrong_user', 'wrong_workspace', 'refused', 'enterprise'])('how it may end names what people read on %s', (result) => {
  expect(GUIDE).toContain(`| *${connectResult(result)?.title ?? ''}* |`);
});

test.each(SLACK_SCOPES)('$name stands in its table as on the screen', ({ name, required, purpose }) => {
  expect(GUIDE).toContain(`| \`${name}\` | ${required ? 'required' : 'optional'} | ${purpose} |`);
});
