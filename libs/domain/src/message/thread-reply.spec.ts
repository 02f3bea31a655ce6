import { describe, expect, test } from '@jest/globals';

import { anIssue } from '@tocsin/testing';

import type { MessageInput } from './message-input.js';
import { renderMessage, renderPlainText } from './render-message.js';

const issue = anIssue({ id: 'i1', title: 'SQL injection <!channel>', application: 'payments-api', severity: 'critical' });
const input: MessageInput = {
  source: { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' }, consoleUrl: 'https://tocsin.acme.test', isReply: true,
  issues: [issue], change: 'updated', changes: [{ field: 'severity', from: 'high', to: 'critical' }, { field: 'title', from: '*a*\u202E', to: '<@U0ALICE001>' }],
};

describe('an answer in the thread of an issue', () => {
  test('tells what changed, from what to what, without the card', () => {
    const { text, blocks, attachments } = renderMessage(input);
    expect(attachments).toEqual([]);
    expect(blocks.map((block) => block.block_id)).toEqual(['changed']);
    expect(JSON.stringify(blocks)).toContain('high → critical');
    expect(text).toBe('Updated: SQL injection &lt;!channel&gt; (payments-api) – severity high → critical, title *a* → &lt;@U0ALICE001&gt; https://tocsin.acme.test/issues/i1');
  });

  test.each([['resolved', 'Resolved'], ['reopened', 'Back after it was resolved']] as const)('tells %s in words', (change, words) => {
    const { text } = renderMessage({ ...input, change, changes: [{ field: 'status', from: 'x', to: 'y' }] });
    expect(text).toBe(`${words}: SQL injection &lt;!channel&gt; (payments-api) https://tocsin.acme.test/issues/i1`);
  });

  test('carries comment and mention of the workflow that sends it', () => {
    const { blocks } = renderMessage({ ...input, comment: 'Look again', options: { mention: { people: ['U0ALICE001'] } } });
    expect(blocks.map((block) => block.block_id)).toEqual(['mentions', 'comment', 'changed']);
  });

  test('holds nothing that is markup by itself', () => {
    const { text } = renderPlainText(input);
    expect(text).not.toMatch(/<!|<@|\u202E/);
    expect(text.split('\n')).toContain('severity: high → critical');
  });

  test('about several issues it is a digest like any other', () => {
    const digest = { kind: 'changes', title: '2 issues of this message changed', totals: { resolved: 2 }, sections: [{ name: 'Resolved', total: 2, issues: [issue] }] };
    expect(renderMessage({ ...input, digest, issues: [] }).text).toBe('2 issues of this message changed: 2 resolved');
  });
});

describe('a message in the place of an earlier one', () => {
  test('says so, with a link to it where there is one', () => {
    const message = renderMessage({ ...input, isReply: false, follows: { reason: 'replaced', link: 'https://acme.slack.com/archives/C0/p1' } });
    expect(message.blocks[0]).toMatchObject({ block_id: 'follows', elements: [{ elements: [{}, {}, { url: 'https://acme.slack.com/archives/C0/p1' }] }] });
    expect(message.text).toContain('takes the place of an earlier message');
    expect(message.attachments).toHaveLength(1);
  });

  test('that may be there already, says that it may', () => {
    expect(renderMessage({ ...input, isReply: false, follows: { reason: 'unconfirmed' } }).text).toContain('may be here already');
    expect(renderMessage({ ...input, isReply: false, follows: { reason: 'partly' } }).text).toContain('Some of this was told here before');
  });
});
