/** The part of Slack's Block Kit that our messages use (docs.slack.dev/reference/block-kit), and its limits. */

export interface TextStyle {
  bold?: boolean;
  italic?: boolean;
  code?: boolean;
}

export type RichTextElement =
  | { type: 'text'; text: string; style?: TextStyle }
  | { type: 'link'; url: string; text: string; style?: TextStyle }
  | { type: 'emoji'; name: string }
  | { type: 'user'; user_id: string }
  | { type: 'usergroup'; usergroup_id: string }
  | { type: 'date'; timestamp: number; format: string; fallback: string };

export interface RichTextSection {
  type: 'rich_text_section';
  elements: RichTextElement[];
}

export type RichTextPart = RichTextSection | { type: 'rich_text_quote'; elements: RichTextElement[] } | { type: 'rich_text_list'; style: 'bullet'; elements: RichTextSection[] };

export interface PlainText {
  type: 'plain_text';
  text: string;
  emoji: boolean;
}

export type Block =
  | { type: 'rich_text'; block_id: string; elements: RichTextPart[] }
  | { type: 'header'; block_id: string; text: PlainText }
  | { type: 'context'; block_id: string; elements: PlainText[] };

/** Blocks with a bar of colour beside them. */
export interface Attachment {
  color: string;
  fallback: string;
  blocks: Block[];
}

export const LIMITS = {
  header: 150,
  /** One text in a context block or in rich text. */
  text: 3000,
  /** The text of the message beside its blocks; chat.update takes no more. */
  messageText: 4000,
  /** Of all blocks together; Slack refuses a message at about 13,200 with msg_blocks_too_long, and does not say what it counts. */
  allBlocks: 10_000,
} as const;

/** Text in which nothing is markup, an emoji’s name neither. */
export function plainText(text: string): PlainText {
  return { type: 'plain_text', text, emoji: false };
}

/** A run of text within rich text: shown as it is, never read as markup. */
export function text(value: string, style?: TextStyle): RichTextElement {
  return { type: 'text', text: value, ...(style && { style }) };
}

/** One paragraph of rich text. */
export function section(...elements: RichTextElement[]): RichTextSection {
  return { type: 'rich_text_section', elements };
}
