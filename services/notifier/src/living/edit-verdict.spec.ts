import { expect, test } from '@jest/globals';

import { defect, failureOfCode, noAnswer, notSent, tooFast } from '@tocsin/domain';

import { judgeEdit } from './edit-verdict.js';

const RICH = { fails: 0, wasPlainText: false };

test.each([
  ['too fast', tooFast(7), RICH, { then: 'later', waitMs: 7000, blocksAll: true }],
  ['not sent', notSent('refused'), RICH, { then: 'later', waitMs: 500, blocksAll: false }],
  ['an unknown end, the fourth time', noAnswer('timeout'), { ...RICH, fails: 3 }, { then: 'later', waitMs: 4000, blocksAll: false }],
  ['a defect, the thousandth time', defect('x'), { ...RICH, fails: 1000 }, { then: 'later', waitMs: 300_000, blocksAll: false }],
  ['a dead token', failureOfCode('token_revoked'), RICH, { then: 'hold' }],
  ['a missing scope without which nothing can be sent', failureOfCode('missing_scope', { needed: 'chat:write' }), RICH, { then: 'hold' }],
  ['a message that was deleted', failureOfCode('message_not_found'), RICH, { then: 'replace', isThere: false }],
  ['a message of another app', failureOfCode('cant_update_message'), RICH, { then: 'replace', isThere: true }],
  ['a message that is too old', failureOfCode('edit_window_closed'), RICH, { then: 'replace', isThere: true }],
  ['content that Slack does not take', failureOfCode('invalid_blocks'), RICH, { then: 'plain text' }],
  ['plain text that Slack does not take', failureOfCode('msg_too_long'), { ...RICH, wasPlainText: true }, { then: 'rest' }],
  ['an archived channel', failureOfCode('is_inactive'), RICH, { then: 'rest' }],
  ['a code that nobody knows', failureOfCode('hologram_broken'), RICH, { then: 'rest' }],
] as const)('%s', (_, failure, edit, verdict) => {
  expect(judgeEdit(failure, edit, 0)).toEqual(verdict);
});
