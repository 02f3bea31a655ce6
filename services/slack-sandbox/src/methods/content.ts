/** What a message says: text, blocks, attachments and metadata of a call, checked as Slack checks them. */
import { invalidArgument, isRefusal, refuse, type Refusal } from '../answer.js';
import type { Arguments } from '../arguments.js';
import { isRecord } from '../block-kit/checks.js';
import { refusedLayout } from '../block-kit/validate.js';

const TEXT_CUT_AT = 40_000;
const TEXT_REFUSED_OVER = 4000;
const MARKDOWN_MAX = 12_000;
/** Slack publishes no size; this is generous. */
const METADATA_MAX = 16_000;

export interface Content {
  /** Absent fields were not sent, which chat.update tells from empty ones. */
  text?: string;
  blocks?: unknown[];
  attachments?: Record<string, unknown>[];
  metadata?: Record<string, unknown>;
  warnings: string[];
}

/** Reads the content of a call. `strict` refuses long text (chat.update) that a new post gets cut. */
export function contentOf(args: Arguments, strict: boolean): Content | Refusal {
  const text = textOf(args, strict);
  if (isRefusal(text)) return text;
  const blocks = args.structure('blocks');
  if (blocks === 'broken' || (blocks && !Array.isArray(blocks.value))) return refuse('invalid_blocks_format');
  const attachments = args.structure('attachments');
  if (attachments === 'broken') return invalidArgument('/attachments', 'must be valid JSON');
  const refused = refusedLayout({ blocks: blocks?.value, attachments: attachments?.value });
  if (refused) return refused;
  const metadata = metadataOf(args);
  if (isRefusal(metadata)) return metadata;
  return {
    ...text, ...metadata,
    ...(blocks && { blocks: blocks.value as unknown[] }),
    ...(attachments && { attachments: attachments.value as Record<string, unknown>[] }),
  };
}

/** Whether a message with this content would be empty. */
export function saysNothing({ text, blocks, attachments }: Content): boolean {
  return (text ?? '').trim() === '' && (blocks ?? []).length === 0 && (attachments ?? []).length === 0;
}

function textOf(args: Arguments, strict: boolean): { text?: string; warnings: string[] } | Refusal {
  const markdown = args.text('markdown_text');
  if (markdown !== undefined) {
    if (args.has('text') || args.has('blocks')) return refuse('markdown_text_conflict');
    return markdown.length > MARKDOWN_MAX ? refuse('msg_too_long') : { text: markdown, warnings: [] };
  }
  const text = args.text('text');
  if (text === undefined) return { warnings: [] };
  if (strict && text.length > TEXT_REFUSED_OVER) return refuse('msg_too_long');
  if (text.length > TEXT_CUT_AT) return { text: text.slice(0, TEXT_CUT_AT), warnings: ['message_truncated'] };
  return { text, warnings: [] };
}

function metadataOf(args: Arguments): { metadata?: Record<string, unknown> } | Refusal {
  const metadata = args.structure('metadata');
  if (metadata === undefined) return {};
  if (metadata === 'broken' || !isRecord(metadata.value)) return refuse('invalid_metadata_format');
  const { value } = metadata;
  if (Object.keys(value).length === 0) return { metadata: value };
  if (typeof value.event_type !== 'string' || !isRecord(value.event_payload)) return refuse('invalid_metadata_schema');
  return JSON.stringify(value).length > METADATA_MAX ? refuse('metadata_too_large') : { metadata: value };
}
