/** Whether Slack would take these blocks and attachments, and in which words it refuses them. */
import { refuse, type Refusal } from '../answer.js';
import { blocks as blocksCheck } from './blocks.js';
import { isRecord, type Problem } from './checks.js';

/** Slack does not publish this limit; messages were seen refused at about this many characters in all blocks together. */
const ALL_TEXT = 13_200;
const ATTACHMENTS = 100;

export interface Layout {
  blocks?: unknown;
  attachments?: unknown;
}

/** The refusal that these blocks and attachments get, or undefined when they are good. */
export function refusedLayout({ blocks, attachments }: Layout): Refusal | undefined {
  const inBlocks = blocks === undefined ? [] : problemsOf(blocks, '/blocks');
  if (inBlocks.length > 0) return refusal('invalid_blocks', inBlocks);
  const inAttachments = attachments === undefined ? [] : attachmentProblems(attachments);
  if (Array.isArray(attachments) && attachments.length > ATTACHMENTS) return refuse('too_many_attachments');
  if (inAttachments.length > 0) return refusal('invalid_attachments', inAttachments);
  const repeated = repeatedBlockIds(allBlocks({ blocks, attachments }));
  if (repeated.length > 0) return refusal('invalid_blocks', repeated);
  return textLength(allBlocks({ blocks, attachments })) > ALL_TEXT ? refuse('msg_blocks_too_long') : undefined;
}

function refusal(error: string, problems: readonly Problem[]): Refusal {
  const errors = problems.map(({ pointer, message }) => `${message} [json-pointer:${pointer}]`);
  return refuse(error, { errors, response_metadata: { messages: errors.map((message) => `[ERROR] ${message}`) } });
}

function problemsOf(blocks: unknown, pointer: string): Problem[] {
  const problems: Problem[] = [];
  blocksCheck(blocks, pointer, (problem) => problems.push(problem));
  return problems;
}

function attachmentProblems(attachments: unknown): Problem[] {
  if (!Array.isArray(attachments)) return [{ pointer: '/attachments', message: 'must be an array' }];
  return attachments.flatMap((attachment: unknown, index) => {
    const pointer = `/attachments/${index}`;
    if (!isRecord(attachment)) return [{ pointer, message: 'must be an object' }];
    return attachment.blocks === undefined ? [] : problemsOf(attachment.blocks, `${pointer}/blocks`);
  });
}

interface Placed {
  pointer: string;
  block: Record<string, unknown>;
}

function allBlocks({ blocks, attachments }: Layout): Placed[] {
  const placed = (list: unknown, pointer: string): Placed[] =>
    Array.isArray(list) ? list.filter(isRecord).map((block, index) => ({ pointer: `${pointer}/${index}`, block })) : [];
  const inAttachments = Array.isArray(attachments) ? attachments.filter(isRecord) : [];
  return [
    ...placed(blocks, '/blocks'),
    ...inAttachments.flatMap((attachment, index) => placed(attachment.blocks, `/attachments/${index}/blocks`)),
  ];
}

function repeatedBlockIds(placed: readonly Placed[]): Problem[] {
  const seen = new Set<string>();
  return placed.flatMap(({ pointer, block }) => {
    const id = block.block_id;
    if (typeof id !== 'string') return [];
    if (seen.has(id)) return [{ pointer: `${pointer}/block_id`, message: `\`block_id\` already exists: ${id}` }];
    seen.add(id);
    return [];
  });
}

function textLength(placed: readonly Placed[]): number {
  const lengthOf = (value: unknown, key: string): number => {
    if (typeof value === 'string') return ['text', 'url', 'alt_text', 'fallback'].includes(key) ? value.length : 0;
    if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + lengthOf(item, key), 0);
    return isRecord(value) ? Object.entries(value).reduce((sum, [name, field]) => sum + lengthOf(field, name), 0) : 0;
  };
  return placed.reduce((sum, { block }) => sum + lengthOf(block, ''), 0);
}
