import { describe, expect, test } from '@jest/globals';

import { refusedLayout } from './validate.js';

const mrkdwn = (length: number): object => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const plain = (length: number): object => ({ type: 'plain_text', text: 'x'.repeat(length) });
const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const button = (fields: object = {}): object => ({ type: 'actions', elements: [{ type: 'button', text: plain(5), action_id: 'a', ...fields }] });
const rich = (...elements: object[]): object => ({ type: 'rich_text', elements });
const short = { type: 'section', text: mrkdwn(1) };

/** At the limit it is taken; one more is refused in Slack's words. */
describe('Slack’s limits', () => {
  test.each<[string, (size: number) => object[], number, string, string]>([
    ['blocks in a message', (n) => times(n, short), 50, 'no more than 50 items allowed', '/blocks'],
    ['a section’s text', (n) => [{ type: 'section', text: mrkdwn(n) }], 3000, 'must be less than 3001 characters', '/blocks/0/text/text'],
    ['a section’s fields', (n) => [{ type: 'section', fields: times(n, mrkdwn(1)) }], 10, 'no more than 10 items allowed', '/blocks/0/fields'],
    ['a field’s text', (n) => [{ type: 'section', fields: [mrkdwn(n)] }], 2000, 'must be less than 2001 characters', '/blocks/0/fields/0/text'],
    ['a header', (n) => [{ type: 'header', text: plain(n) }], 150, 'must be less than 151 characters', '/blocks/0/text/text'],
    ['elements of a context', (n) => [{ type: 'context', elements: times(n, mrkdwn(1)) }], 10, 'no more than 10 items allowed', '/blocks/0/elements'],
    ['actions', (n) => [{ type: 'actions', elements: times(n, { type: 'button', text: plain(1) }) }], 25, 'no more than 25 items allowed', '/blocks/0/elements'],
    ['a button’s text', (n) => [button({ text: plain(n) })], 75, 'must be less than 76 characters', '/blocks/0/elements/0/text/text'],
    ['a button’s value', (n) => [button({ value: 'x'.repeat(n) })], 2000, 'must be less than 2001 characters', '/blocks/0/elements/0/value'],
    ['a button’s address', (n) => [button({ url: `https://x.test/`.padEnd(n, 'x') })], 3000, 'must be less than 3001 characters', '/blocks/0/elements/0/url'],
    ['a block id', (n) => [{ ...short, block_id: 'x'.repeat(n) }], 255, 'must be less than 256 characters', '/blocks/0/block_id'],
    ['an action id', (n) => [button({ action_id: 'x'.repeat(n) })], 255, 'must be less than 256 characters', '/blocks/0/elements/0/action_id'],
    ['a picture’s alternative text', (n) => [{ type: 'image', image_url: 'https://x.test/a.png', alt_text: 'x'.repeat(n) }], 2000, 'must be less than 2001 characters', '/blocks/0/alt_text'],
    ['a markdown block', (n) => [{ type: 'markdown', text: 'x'.repeat(n) }], 12_000, 'must be less than 12001 characters', '/blocks/0/text'],
  ])('%s', (_case, blocks, most, message, pointer) => {
    expect(refusedLayout({ blocks: blocks(most) })).toBeUndefined();
    const refusal = refusedLayout({ blocks: blocks(most + 1) });
    expect(refusal).toMatchObject({ ok: false, error: 'invalid_blocks', errors: [`${message} [json-pointer:${pointer}]`], response_metadata: { messages: [`[ERROR] ${message} [json-pointer:${pointer}]`] } });
  });

  test('all blocks together, those in attachments included', () => {
    const blocks = times(4, { type: 'section', text: mrkdwn(3000) });
    expect(refusedLayout({ blocks, attachments: [{ blocks: [{ type: 'section', text: mrkdwn(1200) }] }] })).toBeUndefined();
    expect(refusedLayout({ blocks, attachments: [{ blocks: [{ type: 'section', text: mrkdwn(1201) }] }] })).toMatchObject({ error: 'msg_blocks_too_long' });
  });

  test('attachments', () => {
    expect(refusedLayout({ attachments: times(100, { text: 'x' }) })).toBeUndefined();
    expect(refusedLayout({ attachments: times(101, { text: 'x' }) })).toMatchObject({ error: 'too_many_attachments' });
  });
});

describe('what is no block', () => {
  test.each<[string, unknown, string, string]>([
    ['no list', {}, '/blocks', 'must be an array'],
    ['no object', ['x'], '/blocks/0', 'must be an object'],
    ['no type', [{}], '/blocks/0', 'missing required field: type'],
    ['an unknown type', [{ type: 'hologram' }], '/blocks/0/type', 'unsupported type: hologram'],
    ['an unknown field', [{ ...short, colour: 'red' }], '/blocks/0', 'invalid additional property: colour'],
    ['an empty text', [{ type: 'section', text: mrkdwn(0) }], '/blocks/0/text/text', 'must be more than 0 characters'],
    ['a text that is a number', [{ type: 'section', text: { type: 'mrkdwn', text: 7 } }], '/blocks/0/text/text', 'must be a string'],
    ['a section that says nothing', [{ type: 'section' }], '/blocks/0', 'must define either `text` or `fields`'],
    ['a header in mrkdwn', [{ type: 'header', text: mrkdwn(1) }], '/blocks/0/text/type', 'unsupported type: mrkdwn'],
    ['an empty context', [{ type: 'context', elements: [] }], '/blocks/0/elements', 'must have at least 1 items'],
    ['a picture without a source', [{ type: 'image', alt_text: 'x' }], '/blocks/0', 'must define either `image_url` or `slack_file`'],
    ['an address that is none', [button({ url: 'not an address' })], '/blocks/0/elements/0/url', 'must be a valid url'],
    ['a style that is none', [button({ style: 'huge' })], '/blocks/0/elements/0/style', 'must be one of: primary, danger'],
    ['a flag that is none', [{ type: 'section', text: { type: 'mrkdwn', text: 'x', verbatim: 'yes' } }], '/blocks/0/text/verbatim', 'must be a boolean'],
    ['an unknown element of rich text', [rich({ type: 'rich_text_table', elements: [] })], '/blocks/0/elements/0/type', 'unsupported type: rich_text_table'],
    ['the same block id twice', [{ ...short, block_id: 'a' }, { ...short, block_id: 'a' }], '/blocks/1/block_id', '`block_id` already exists: a'],
  ])('%s', (_case, blocks, pointer, message) => {
    expect(refusedLayout({ blocks })).toMatchObject({ error: 'invalid_blocks', errors: [`${message} [json-pointer:${pointer}]`] });
  });

  test('every mistake is told, not only the first', () => {
    expect(refusedLayout({ blocks: [{ type: 'header' }, { type: 'section' }] })?.errors).toHaveLength(2);
  });

  test('a mistake in an attachment’s blocks', () => {
    expect(refusedLayout({ attachments: [{ blocks: [{ type: 'header' }] }] })).toMatchObject({
      error: 'invalid_attachments', errors: ['missing required field: text [json-pointer:/attachments/0/blocks/0]'],
    });
  });
});

test('every kind of rich text is taken', () => {
  const inline = [
    { type: 'text', text: 'x', style: { bold: true, code: true } }, { type: 'link', url: 'https://x.test', text: 'x' }, { type: 'emoji', name: 'tada' },
    { type: 'user', user_id: 'U0000001' }, { type: 'usergroup', usergroup_id: 'S0000001' }, { type: 'channel', channel_id: 'C0000001' },
    { type: 'broadcast', range: 'here' }, { type: 'date', timestamp: 1, format: '{date}' },
  ];
  const section = { type: 'rich_text_section', elements: inline };
  expect(refusedLayout({ blocks: [rich(section, { type: 'rich_text_list', style: 'bullet', elements: [section] }, { type: 'rich_text_quote', elements: inline }, { type: 'rich_text_preformatted', elements: [] })] })).toBeUndefined();
});
