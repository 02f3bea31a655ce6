import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { anIssue } from '@tocsin/testing';

import type { Issue } from '../issue.js';
import { CATEGORIES, ISSUE_STATUSES, SEVERITIES } from '../issue.js';
import { LIMITS } from './block-kit.js';
import type { MessageInput, RenderedMessage } from './message-input.js';
import { renderMessage, renderPlainText } from './render-message.js';

const CONSOLE = 'https://tocsin.acme.test';
const by = { source: { kind: 'manual', user: 'ada@acme.test' }, consoleUrl: CONSOLE } as const;

/** Everything that a message may hold, found by walking through it: knows nothing of how it was made. */
function walk(value: unknown, visit: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
  } else if (typeof value === 'object' && value !== null) {
    visit(value as Record<string, unknown>);
    for (const item of Object.values(value)) walk(item, visit);
  }
}

function problemsOf(message: RenderedMessage, issues: readonly Issue[]): string[] {
  const problems: string[] = [];
  const allowed = (url: string): boolean => url.startsWith(`${CONSOLE}/`) || issues.some((issue) => /^https?:\/\//i.test(issue.location?.url ?? '') && isSameAddress(url, issue.location?.url ?? ''));
  let characters = 0;
  walk([...message.blocks, ...message.attachments.map((attachment) => attachment.blocks)], (node) => {
    if (node.type === 'mrkdwn') problems.push('mrkdwn, where text is markup');
    if (['user', 'usergroup', 'broadcast', 'channel'].includes(String(node.type))) problems.push(`a mention: ${JSON.stringify(node)}`);
    if (node.type === 'link' && !allowed(String(node.url))) problems.push(`a link to ${String(node.url)}`);
    if (node.type === 'link' && (/[<>|\s"]/.test(String(node.url)) || String(node.url).length > 3000)) problems.push(`a broken link ${String(node.url)}`);
    if (typeof node.text === 'string') {
      characters += node.text.length;
      if (node.text === '') problems.push('an empty text');
      if (node.text.length > LIMITS.text) problems.push('a text that is too long');
      if (/[\u202A-\u202E\u2066-\u2069\u0000-\u0008]/.test(node.text)) problems.push('a control or a change of direction');
    }
    if (node.type === 'header' && (node.text as { text: string }).text.length > LIMITS.header) problems.push('a header that is too long');
    if (node.type === 'context' && (node.elements as unknown[]).length > 10) problems.push('too many elements');
  });
  if (message.blocks.length + message.attachments.flatMap((attachment) => attachment.blocks).length > LIMITS.blocks) problems.push('too many blocks');
  if (characters > LIMITS.allBlocks) problems.push(`${characters} characters in all blocks`);
  return [...problems, ...problemsOfText(message.text), ...(JSON.stringify(message).includes('\\ud8') && /\p{Surrogate}/u.test(JSON.stringify(JSON.parse(JSON.stringify(message)))) ? ['half a character'] : [])];
}

function isSameAddress(url: string, given: string): boolean {
  return URL.canParse(given) ? new URL(url).host === new URL(given).host : false;
}

/** The text beside the blocks is mrkdwn: nothing in it may be markup. */
function problemsOfText(text: string): string[] {
  const problems: string[] = [];
  if (text.trim() === '') problems.push('no text');
  if (text.length > LIMITS.messageText) problems.push('a message text that is too long');
  if (/[<>]/.test(text)) problems.push('markup in the text');
  if (/&(?!amp;|lt;|gt;)/.test(text)) problems.push('a broken entity in the text');
  if (/\p{Surrogate}/u.test(text)) problems.push('half a character in the text');
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
const someIssue: fc.Arbitrary<Issue> = fc
  .record({
    id: anything, title: anything, application: anything, severity: fc.constantFrom(...SEVERITIES), category: fc.constantFrom(...CATEGORIES), status: fc.constantFrom(...ISSUE_STATUSES),
    rule: anything, tool: anything, path: anything, url: fc.oneof(anything, fc.webUrl(), anything.map((rest) => `https://repo.acme.test/${rest}`)), description: anything,
    owners: fc.array(anything, { maxLength: 8 }), cves: fc.array(anything, { maxLength: 8 }), dueAt: fc.oneof(anything, fc.constant('2026-12-01T00:00:00Z')), firstSeen: fc.oneof(anything, fc.constant('2026-11-01T00:00:00Z')),
  })
  .map(({ path, url, ...rest }) => anIssue({ ...rest, location: { path, line: 7, url } }));

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
        const digest = asDigest ? { digest: { kind: 'scan', title: words, totals: { critical: 3, high: 4, [words]: 1 }, sections: Array.from({ length: 20 }, () => ({ name: words, total: 9, issues })), link: `${CONSOLE}/issues` } } : {};
        expect(problemsOf(renderMessage({ ...by, issues, comment: words, ...digest }), issues)).toEqual([]);
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
    fc.assert(fc.property(someIssue, anything, (issue, comment) => {
      expect(problemsOfText(renderPlainText({ ...by, issues: [issue], comment }).text)).toEqual([]);
    }));
  }, 60_000);

  test('is the same, byte by byte, for the same input', () => {
    const input: MessageInput = { ...by, issues: [anIssue({ id: 'i1' })], comment: 'again' };
    expect(JSON.stringify(renderMessage(input))).toBe(JSON.stringify(renderMessage(structuredClone(input))));
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

  test('a message that may be a repetition says so', () => {
    expect(renderMessage({ ...by, issues: [issue], repeated: true }).blocks[0]).toMatchObject({ block_id: 'repeated' });
  });

  test('a test message says that nothing has to be done', () => {
    expect(renderMessage({ ...by, issues: [], source: { kind: 'test', user: 'ada' } }).text).toContain('Test message');
  });
});
