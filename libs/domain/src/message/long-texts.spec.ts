import { describe, expect, test } from '@jest/globals';

import { anIssue } from '@tocsin/testing';

import { createAppLink } from '../create-app-link.js';
import { channelName } from '../destination.js';
import { hostOf, issueLink, safeUrl } from './link.js';
import type { MessageInput } from './message-input.js';
import { renderMessage, renderPlainText } from './render-message.js';
import { cleanLine, cleanText, cut, escapeMrkdwn } from './text.js';

/** What makes a careless regular expression go back again and again. */
const PARTS = [' ', '\t', '\n', '\r\n', '\n \n', 'a ', 'a.', 'a@', '@', '#', '<', '<@', '<!', '&', '&amp;', '/', '//', '\\', '[', '[a](', '(', '*', '_*', '`', '-', '0', '0.', '\u200b', '\u202e', '\ud83d', 'e\u0301', '👩‍👩‍👧', '🇩', 'http://', 'https://a/', 'xoxb-'];
const LENGTH = 100_000;

const CLEANERS: Record<string, (text: string) => unknown> = {
  cleanText, cleanLine, hostOf, safeUrl, channelName,
  cut: (text) => cut(text, text.length - 10),
  escapeMrkdwn: (text) => escapeMrkdwn(text, 4000),
  issueLink: (text) => issueLink('https://tocsin.acme.test', text),
  createAppLink: (text) => createAppLink({}, text),
  renderMessage: (text) => renderMessage(inputOf(text)),
  renderPlainText: (text) => renderPlainText(inputOf(text)),
};

function inputOf(text: string): MessageInput {
  const issue = anIssue({ title: text, description: text, recommendation: text, url: `https://a.test/${text}`, application: text, rule: text, tool: text, location: { path: text, url: text }, owners: [text], tags: [text], cves: [text] });
  return { issues: [issue], comment: text, source: { kind: 'manual', user: text }, consoleUrl: 'https://tocsin.acme.test' };
}

describe.each(Object.keys(CLEANERS))('%s of a very long text', (name) => {
  test.each(PARTS.map((part) => [JSON.stringify(part), part]))('of %s takes no longer than its length asks for', (_, part) => {
    const text = `x${part.repeat(LENGTH / part.length)}!`;
    const begun = performance.now();
    CLEANERS[name]?.(text);
    expect(performance.now() - begun).toBeLessThan(2000); // what grows with the square of the length takes a minute
  });
});
