import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { anIssue } from '@tocsin/testing';

import type { Issue } from '../issue.js';
import { CATEGORIES, ISSUE_STATUSES, SEVERITIES } from '../issue.js';
import type { Block, RichTextElement } from './block-kit.js';
import type { MessageInput, RenderedMessage } from './message-input.js';
import { renderMessage, renderPlainText } from './render-message.js';

const CONSOLE = 'https://tocsin.acme.test';
const by = { source: { kind: 'manual', user: 'ada@acme.test' }, consoleUrl: CONSOLE } as const;

interface Node {
  type?: unknown;
  text?: unknown;
  url?: unknown;
  name?: unknown;
  elements?: unknown;
  block_id?: unknown;
  emoji?: unknown;
  timestamp?: unknown;
  fallback?: unknown;
}

/** Everything that a message holds, found by walking through it: knows nothing of how it was made. */
function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
  } else if (typeof value === 'object' && value !== null) {
    visit(value);
    for (const item of Object.values(value)) walk(item, visit);
  }
}

const HARMLESS = ['rich_text', 'rich_text_section', 'rich_text_list', 'rich_text_quote', 'text', 'link', 'emoji', 'date', 'header', 'context', 'plain_text'];
const DISTURBING = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]|\p{Surrogate}/u;

function problemsOf(message: RenderedMessage, issues: readonly Issue[]): string[] {
  const blocks = [...message.blocks, ...message.attachments.flatMap((attachment) => attachment.blocks)];
  const problems = [...problemsOfMarkup(message.text, issues), ...message.attachments.flatMap((attachment) => problemsOfMarkup(attachment.fallback, issues))];
  let characters = 0;
  walk(blocks, (node) => {
    problems.push(...problemsOfNode(node, issues));
    for (const value of Object.values(node)) if (typeof value === 'string' && DISTURBING.test(value)) problems.push('half a character, a control or a change of direction');
    if (typeof node.text === 'string') characters += node.text.length;
  });
  const ids = blocks.map((block) => block.block_id);
  if (new Set(ids).size < ids.length) problems.push('the same block id twice');
  if (blocks.length > 50) problems.push('too many blocks');
  if (characters > 10_000) problems.push(`${characters} characters in all blocks`);
  if (!message.attachments.every(({ color, blocks: own }) => /^#[0-9A-F]{6}$/.test(color) && own.length > 0)) problems.push('a card without colour or content');
  if (JSON.stringify(JSON.parse(JSON.stringify(message))) !== JSON.stringify(message)) problems.push('not the same after a round trip through JSON');
  return problems;
}

function problemsOfNode(node: Node, issues: readonly Issue[]): string[] {
  const problems: string[] = [];
  if (typeof node.type === 'string' && !HARMLESS.includes(node.type)) problems.push(`a mention, or text that is markup: ${JSON.stringify(node)}`);
  if (node.text === '' || (typeof node.text === 'string' && node.text.length > 3000)) problems.push('a text that is empty or too long');
  if (Array.isArray(node.elements) && node.elements.length === 0) problems.push('an empty element');
  if (node.type === 'plain_text' && node.emoji !== false) problems.push('emoji codes are read in plain text');
  if (node.type === 'emoji' && !/^[a-z_]+$/.test(String(node.name))) problems.push('an emoji from outside');
  if (node.type === 'link') problems.push(...problemsOfLink(String(node.url), issues));
  if (node.type === 'date' && !(Number.isInteger(node.timestamp) && String(node.fallback).trim() !== '')) problems.push('a broken date');
  if (node.type === 'header' && !/^.{1,150}$/u.test((node.text as { text: string }).text)) problems.push('a header that is empty, too long or of several lines');
  if (node.type === 'context' && (node.elements as unknown[]).length > 10) problems.push('too many elements');
  return problems;
}

/** A link leads to the console, or to a host that the issue itself names. */
function problemsOfLink(url: string, issues: readonly Issue[]): string[] {
  if (!/^https?:\/\/[^\s<>|"]{1,2990}$/i.test(url) || !URL.canParse(url)) return [`a broken link ${url}`];
  const { origin, host, username } = new URL(url);
  const named = issues.flatMap((issue) => [issue.location?.url, issue.url]).filter((given) => given !== undefined && URL.canParse(given)).map((given) => new URL(given ?? '').host);
  return username === '' && (origin === CONSOLE || named.includes(host)) ? [] : [`a link to ${url}`];
}

/** Slack's markup: nothing in it but links, each to where links may lead. */
function problemsOfMarkup(markup: string, issues: readonly Issue[]): string[] {
  const problems: string[] = [];
  if (markup.trim() === '') problems.push('no text');
  if (markup.length > 4000) problems.push('a message text that is too long');
  const plain = markup.replace(/<(https?:[^<>|]*)\|[^<>|\n]+>/g, (_, url: string) => {
    problems.push(...problemsOfLink(url.replaceAll('&amp;', '&'), issues));
    return url;
  });
  if (/[<>]/.test(plain)) problems.push(`markup in the text ${plain}`);
  if (/&(?!amp;|lt;|gt;)/.test(plain)) problems.push('a broken entity in the text');
  if (DISTURBING.test(markup)) problems.push('half a character, a control or a change of direction in the text');
  return problems;
}

const nasty = fc.constantFrom(
  '<!channel>', '<!here>', '<@U0123456789>', '<#C0123456789|general>', '<!subteam^S0123456789>', '<https://evil.test|https://github.com/login>', '&lt;!channel&gt;', '&amp;', '@here', '@channel',
  '*bold*', '_it_', '~no~', '`code`', '```', '> quote', '[x](https://evil.test)', 'javascript:alert(1)', '\u202Egnp.exe', '\u2066', '\u200B', '\uD800', '\uDC00', '👩‍👩‍👧‍👦', '🏳️‍🌈', 'ｆｕｌｌ', 'שלום', '日本語', 'é'.normalize('NFD'), '\u0000', '\u0007', '\r\n', '\n\n\n\n', '|', '<', '>', '&', '"', '\\', ' ', '',
);
const anything = fc.oneof(
  fc.array(fc.oneof(nasty, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.tuple(nasty, fc.integer({ min: 1, max: 20_000 })).map(([part, times]) => part.repeat(Math.min(times, 100_000 / Math.max(1, part.length)))),
);
const someAddress = fc.oneof(anything, fc.webUrl(), anything.map((rest) => `https://repo.acme.test/${rest}`), anything.map((rest) => `https://${rest}@evil.test/`), fc.constant('https://github.com\\@evil.test/'));
const someIssue: fc.Arbitrary<Issue> = fc
  .record({
    id: anything, title: anything, application: anything, severity: fc.constantFrom(...SEVERITIES), category: fc.constantFrom(...CATEGORIES), status: fc.constantFrom(...ISSUE_STATUSES),
    rule: anything, tool: anything, path: anything, link: someAddress, url: someAddress, description: anything,
    owners: fc.array(anything, { maxLength: 8 }), cves: fc.array(anything, { maxLength: 8 }), dueAt: fc.oneof(anything, fc.constant('2026-12-01T00:00:00Z')), firstSeen: fc.oneof(anything, fc.constant('2026-11-01T00:00:00Z')),
  })
  .map(({ path, link, ...rest }) => anIssue({ ...rest, location: { path, line: 7, url: link } }));

describe('the message of an issue', () => {
  test('holds whatever text comes from outside as text, within every limit', () => {
    fc.assert(
      fc.property(someIssue, anything, anything, (issue, comment, sender) => {
        expect(problemsOf(renderMessage({ ...by, issues: [issue], comment, sender }), [issue])).toEqual([]);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test('of several issues, or of a digest, likewise', () => {
    fc.assert(
      fc.property(fc.array(someIssue, { minLength: 2, maxLength: 50 }), anything, fc.boolean(), (issues, words, asDigest) => {
        const digest = asDigest ? { digest: { kind: 'scan', title: words, totals: { critical: 3, high: 4, [words]: 1 }, sections: Array.from({ length: 20 }, () => ({ name: words, total: 9, issues })), link: `${CONSOLE}/issues?${words}` } } : {};
        const message = renderMessage({ ...by, issues, comment: words, ...digest });
        expect(problemsOf(message, issues)).toEqual([]);
        expect(JSON.stringify(message.blocks).length).toBeLessThan(13_000);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('of a change likewise', () => {
    fc.assert(
      fc.property(someIssue, fc.array(fc.record({ field: anything, from: fc.oneof(anything, fc.array(anything, { maxLength: 3 })), to: anything }), { maxLength: 8 }), (issue, changes) => {
        expect(problemsOf(renderMessage({ ...by, issues: [issue], change: 'updated', changes }), [issue])).toEqual([]);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  test('the plain text that takes its place likewise', () => {
    fc.assert(fc.property(fc.array(someIssue, { minLength: 1, maxLength: 20 }), anything, (issues, comment) => {
      expect(problemsOfMarkup(renderPlainText({ ...by, issues, comment, sender: comment }).text, issues)).toEqual([]);
    }));
  }, 60_000);

  test('is the same, byte by byte, for the same input', () => {
    const input: MessageInput = { ...by, issues: [anIssue({ id: 'i1' })], comment: 'again' };
    expect(JSON.stringify(renderMessage(input))).toBe(JSON.stringify(renderMessage(structuredClone(input))));
  });
});

/** The check above is worth something only if it finds what it looks for. */
describe('the check of a message finds', () => {
  const issue = anIssue({ id: 'i1', url: 'https://advisories.acme.test/1' });
  const sound = renderMessage({ ...by, issues: [issue], comment: 'look' });
  const holding = (...elements: RichTextElement[]): RenderedMessage => ({ ...sound, blocks: [{ type: 'rich_text', block_id: 'b', elements: [{ type: 'rich_text_section', elements }] }] });
  const made = (block: object): RenderedMessage => ({ ...sound, blocks: [block as Block] });

  test('nothing in a sound one', () => {
    expect(problemsOf(sound, [issue])).toEqual([]);
  });

  test.each<[string, RenderedMessage]>([
    ['a mention of a person', holding({ type: 'user', user_id: 'U0123456789' })],
    ['a mention of everybody', holding({ type: 'broadcast', range: 'channel' } as unknown as RichTextElement)],
    ['text that is markup', made({ type: 'section', block_id: 'b', text: { type: 'mrkdwn', text: 'x' } })],
    ['a link to a stranger', holding({ type: 'link', url: 'https://evil.test/', text: 'x' })],
    ['a link that hides its host', holding({ type: 'link', url: 'https://tocsin.acme.test@evil.test/', text: 'x' })],
    ['a link of another kind', holding({ type: 'link', url: 'javascript:alert(1)', text: 'x' })],
    ['a link that ends early', holding({ type: 'link', url: 'https://tocsin.acme.test/a>b', text: 'x' })],
    ['an empty text', holding({ type: 'text', text: '' })],
    ['an oversize text', holding({ type: 'text', text: 'x'.repeat(3001) })],
    ['too much text in all', holding(...Array.from({ length: 4 }, (): RichTextElement => ({ type: 'text', text: 'x'.repeat(2999) })))],
    ['half a character', holding({ type: 'text', text: 'x\uDE00' })],
    ['a change of direction', holding({ type: 'text', text: 'x\u202Ey' })],
    ['an emoji code', made({ type: 'context', block_id: 'b', elements: [{ type: 'plain_text', text: ':x:', emoji: true }] })],
    ['an oversize header', made({ type: 'header', block_id: 'b', text: { type: 'plain_text', text: 'x'.repeat(151), emoji: false } })],
    ['an empty element', holding()],
    ['a block id twice', { ...sound, blocks: [...sound.blocks, ...sound.blocks] }],
    ['markup in the text', { ...sound, text: 'a <!channel>' }],
    ['a broken entity in the text', { ...sound, text: 'a &am' }],
    ['a foreign link in the text', { ...sound, text: 'a <https://evil.test|b>' }],
    ['an oversize text of the message', { ...sound, text: 'x'.repeat(4001) }],
    ['no text', { ...sound, text: ' ' }],
    ['markup in the fallback', { ...sound, attachments: sound.attachments.map((attachment) => ({ ...attachment, fallback: '<@U0123456789>' })) }],
  ])('%s', (_, message) => {
    expect(problemsOf(message, [issue])).not.toEqual([]);
  });
});

describe('what the message says', () => {
  const issue = anIssue({ id: 'i 1', severity: 'critical', title: 'SQL injection in OrderRepository<T>', owners: ['dana@acme.test'], dueAt: '2026-12-01T00:00:00Z' });
  const message = renderMessage({ ...by, issues: [issue], comment: 'Please fix *before* <!channel> Thursday.', sender: 'dana@acme.test' });
  const words = JSON.stringify(message);

  test('first what the person said, exactly as typed', () => {
    expect(message.blocks.map((block) => block.block_id)).toEqual(['sender', 'comment']);
    expect(message.blocks[1]).toMatchObject({ elements: [{ type: 'rich_text_quote', elements: [{ type: 'text', text: 'Please fix *before* <!channel> Thursday.' }] }] });
  });

  test('then severity by word, shape and colour, and the title with its link', () => {
    expect(message.attachments[0]).toMatchObject({ color: '#B3261E' });
    expect(words).toContain('red_circle');
    expect(words).toContain('"url":"https://tocsin.acme.test/issues/i%201"');
    expect(words).toContain('SQL injection in OrderRepository<T>');
  });

  test('after the facts where to read on: the console, and the page that the source names with its host in sight', () => {
    const links = renderMessage({ ...by, issues: [{ ...issue, url: 'https://advisories.acme.test/1' }] }).attachments[0]?.blocks.find((block) => block.block_id === 'links');
    expect(links).toMatchObject({ elements: [{ elements: [{ url: 'https://tocsin.acme.test/issues/i%201', text: 'Open in Tocsin' }, {}, { url: 'https://advisories.acme.test/1', text: 'More at advisories.acme.test' }] }] });
  });

  test.each(['javascript:alert(1)', 'https://github.com@evil.test/', 'https://github.com\\@evil.test/', 'https:///evil.test', '//evil.test', 'ftp://acme.test/'])('an address like %s is no link', (url) => {
    expect(JSON.stringify(renderMessage({ ...by, issues: [{ ...issue, url, location: { path: 'a.ts', url } }] }).attachments)).not.toContain(url);
  });

  test('at most six facts, none of them empty', () => {
    const facts = message.attachments[0]?.blocks.find((block) => block.block_id === 'facts');
    expect(JSON.stringify(facts).match(/rich_text_section/g)).toHaveLength(6);
    const few = renderMessage({ ...by, issues: [anIssue({ owners: [], cwes: [], category: 'unknown' })] });
    expect(JSON.stringify(few)).not.toContain('Owner');
  });

  test('the text alone tells severity, title, application, comment and link', () => {
    expect(message.text).toBe('Critical: SQL injection in OrderRepository&lt;T&gt; (payments-api) – dana@acme.test: Please fix *before* &lt;!channel&gt; Thursday. https://tocsin.acme.test/issues/i%201');
  });

  test('a resolved issue is green and still says what it was', () => {
    const resolved = renderMessage({ ...by, issues: [{ ...issue, status: 'resolved' }], change: 'resolved' });
    expect(resolved.attachments[0]?.color).toBe('#2E7D32');
    expect(JSON.stringify(resolved)).toContain('(was Critical)');
  });

  test('the description of a secret stays out, with a warning', () => {
    const secret = renderMessage({ ...by, issues: [anIssue({ category: 'secret', description: 'AKIA0123456789' })] });
    expect(JSON.stringify([secret.blocks, secret.attachments, secret.text])).not.toContain('AKIA0123456789');
    expect(secret.warnings.map((warning) => warning.code)).toEqual(['secret_hidden']);
  });

  test('mentions come from the choice beside the comment alone, from the set severity on', () => {
    const mention = { people: ['U0ALICE001', '<!channel>'], groups: ['S0ONCALL01'], fromSeverity: 'high' };
    const mentioned = renderMessage({ ...by, issues: [issue], options: { mention } });
    expect(mentioned.blocks[0]).toMatchObject({ elements: [{ elements: [{ type: 'user', user_id: 'U0ALICE001' }, { type: 'text', text: ' ' }, { type: 'usergroup', usergroup_id: 'S0ONCALL01' }] }] });
    expect(JSON.stringify(renderMessage({ ...by, issues: [{ ...issue, severity: 'low' }], options: { mention } }))).not.toContain('U0ALICE001');
  });

  test('several issues are one message: counted by severity, worst first, the rest counted', () => {
    const many = Array.from({ length: 40 }, (_, index) => anIssue({ id: `i${index}`, severity: index === 39 ? 'critical' : 'low', title: `Issue ${index}` }));
    const digest = renderMessage({ ...by, issues: many });
    const shown = JSON.stringify(digest.blocks);
    expect(digest.attachments).toEqual([]);
    expect(shown).toContain('40 issues');
    expect(shown).toContain(' 1 critical');
    expect(shown).toContain('and 15 more');
    expect(shown.indexOf('Issue 39')).toBeLessThan(shown.indexOf('Issue 0'));
  });

  test('a digest tells counts of severity and of what happened', () => {
    const digest = { kind: 'periodic', title: 'Critical and high', totals: { new: 3, critical: 4, resolved: 2, updated: 0 }, sections: [{ name: 'New', total: 3, issues: [issue] }] };
    const { text, blocks } = renderMessage({ ...by, issues: [], digest });
    expect(text).toBe('Critical and high: 4 critical, 3 new, 2 resolved');
    expect(JSON.stringify(blocks)).toContain('3 new · 2 resolved');
    expect(JSON.stringify(blocks)).toContain('and 2 more');
  });

  test('in plain text the message is whole: comment, facts, and links that can be followed', () => {
    const comment = `${'Look at this. '.repeat(30)}Thanks!`;
    const { text } = renderPlainText({ ...by, issues: [issue], comment, sender: 'dana@acme.test', options: { mention: { people: ['U0ALICE001'] } } });
    expect(text.split('\n').slice(0, 3)).toEqual(['<@U0ALICE001>', 'Sent by dana@acme.test', comment]);
    expect(text).toContain(':red_circle: Critical  <https://tocsin.acme.test/issues/i%201|SQL injection in OrderRepository&lt;T&gt;>');
    expect(text).toContain('• Owner: dana@acme.test');
  });

  test('a message that may be a repetition says so', () => {
    expect(renderMessage({ ...by, issues: [issue], repeated: true }).blocks[0]).toMatchObject({ block_id: 'repeated' });
  });

  test('a message that could not be sent for a while says from when it is, in each reader’s own time', () => {
    const { blocks } = renderMessage({ ...by, issues: [issue], lateSince: '2026-11-25T14:02:00.000Z' });
    expect(blocks[0]).toMatchObject({ block_id: 'late', elements: [{ elements: [{ text: 'From ' }, { type: 'date', timestamp: 1_795_615_320, fallback: '2026-11-25 14:02 UTC' }, { text: ': it could not be sent before.' }] }] });
  });

  test('a message that is sent again much later says as of when it is', () => {
    const { blocks, text } = renderMessage({ ...by, issues: [issue], asOf: '2026-11-25T14:02:00.000Z' });
    expect(blocks[0]).toMatchObject({ block_id: 'as-of', elements: [{ elements: [{ text: 'Sent again, as it was on ' }, { type: 'date', fallback: '2026-11-25 14:02 UTC' }, { text: '.' }] }] });
    expect(text).toContain('Sent again, as it was before.');
  });

  test('a test message says that nothing has to be done', () => {
    expect(renderMessage({ ...by, issues: [], source: { kind: 'test', user: 'ada' } }).text).toContain('Test message');
  });
});
