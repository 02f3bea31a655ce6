/** Domain has Block Kit types of its own, since it imports nothing. Here the compiler proves that they are Slack's. */
import type { KnownBlock, MessageAttachment } from '@slack/types';
import { expect, test } from '@jest/globals';

import { renderMessage, type Attachment, type Block } from '@tocsin/domain';
import { anIssue } from '@tocsin/testing';

const asSlackBlocks = (blocks: Block[]): KnownBlock[] => blocks;
const asSlackAttachments = (attachments: Attachment[]): MessageAttachment[] => attachments;

test('a message of ours is made of Slack’s blocks', () => {
  const { blocks, attachments } = renderMessage({ issues: [anIssue()], comment: 'look', source: { kind: 'manual', user: 'ada' }, consoleUrl: 'https://tocsin.acme.test' });
  expect(asSlackBlocks(blocks).map((block) => block.type)).toEqual(['rich_text']);
  expect(asSlackAttachments(attachments)).toHaveLength(1);
});
