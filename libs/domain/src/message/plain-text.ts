/** A message as lines of text, for when Slack refuses its blocks: the same words in the same order, as many whole lines as fit. */
import type { Block, RichTextElement, RichTextPart } from './block-kit.js';
import type { RenderedMessage } from './message-input.js';
import { escapeMrkdwn } from './text.js';

/** One text of a line, escaped: leaves room for the title below the longest comment. */
const PIECE_MAX = 1500;
const URL_MAX = 1000;
const CUT = '…';

/** @returns Slack's mrkdwn, in which only our own links and mentions are markup */
export function asPlainText({ text, blocks, attachments }: RenderedMessage, max: number): string {
  const lines = [...blocks, ...attachments.flatMap((attachment) => attachment.blocks)].flatMap(linesOf).filter((line) => line.trim() !== '');
  const kept: string[] = [];
  let room = max - CUT.length - 1;
  for (const line of lines) {
    if (line.length + 1 > room) continue;
    kept.push(line);
    room -= line.length + 1;
  }
  if (kept.length === 0) return text;
  return (kept.length < lines.length ? [...kept, CUT] : kept).join('\n');
}

/** Whether lines are missing at the end. */
export function isCut(text: string): boolean {
  return text.endsWith(`\n${CUT}`);
}

function linesOf(block: Block): string[] {
  switch (block.type) {
    case 'header':
      return [piece(block.text.text)];
    case 'context':
      return block.elements.map((element) => piece(element.text));
    case 'rich_text':
      return block.elements.flatMap(linesOfPart);
  }
}

function linesOfPart(part: RichTextPart): string[] {
  if (part.type === 'rich_text_list') return part.elements.map((item) => `• ${item.elements.map(wordsOf).join('')}`);
  return [part.elements.map(wordsOf).join('')];
}

function wordsOf(element: RichTextElement): string {
  switch (element.type) {
    case 'text':
      return piece(element.text);
    case 'link':
      return linkOf(element.url, piece(element.text.replaceAll('|', '¦')));
    case 'emoji':
      return `:${element.name}:`;
    case 'user':
      return `<@${element.user_id}>`;
    case 'usergroup':
      return `<!subteam^${element.usergroup_id}>`;
    case 'date':
      return element.fallback;
  }
}

function linkOf(url: string, label: string): string {
  const escaped = url.replaceAll('&', '&amp;');
  return escaped.length > URL_MAX ? label : `<${escaped}|${label}>`;
}

function piece(text: string): string {
  return escapeMrkdwn(text, PIECE_MAX);
}
