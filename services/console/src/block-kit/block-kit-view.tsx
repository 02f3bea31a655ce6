/** A Slack message as it will look, near enough: the blocks that our messages use, drawn without any markup from outside. */
import type { CSSProperties, ReactNode } from 'react';

import { listOf, objectOf, textOf, type Json } from './json.js';
import { Mrkdwn } from './pieces.js';
import { RichText } from './rich-text.js';

export interface SlackMessage {
  text: string;
  blocks: readonly object[];
  attachments: readonly object[];
}

export function BlockKitView({ message: { text, blocks, attachments } }: { message: SlackMessage }) {
  return (
    <div className="slack">
      {blocks.length === 0 && attachments.length === 0 && <p><Mrkdwn text={text} /></p>}
      <Blocks blocks={listOf(blocks)} />
      {listOf(attachments).map((attachment, at) => <Attachment key={at} attachment={attachment} />)}
    </div>
  );
}

function Attachment({ attachment }: { attachment: Json }) {
  const color = textOf(attachment.color);
  const bar = (/^#[0-9a-f]{6}$/i.test(color) ? { '--bar': color } : {}) as CSSProperties;
  return (
    <div className="attachment" style={bar}>
      <Blocks blocks={listOf(attachment.blocks)} />
    </div>
  );
}

function Blocks({ blocks }: { blocks: readonly Json[] }) {
  return blocks.map((block, at) => <Block key={at} block={block} />);
}

function Block({ block }: { block: Json }): ReactNode {
  switch (block.type) {
    case 'header':
      return <h3>{textOf(objectOf(block.text).text)}</h3>;
    case 'divider':
      return <hr />;
    case 'context':
      return <p className="context">{listOf(block.elements).map((element, at) => <span key={at}><Words text={element} /> </span>)}</p>;
    case 'section':
      return <Section block={block} />;
    case 'rich_text':
      return <RichText block={block} />;
    default:
      return null;
  }
}

function Section({ block }: { block: Json }) {
  const fields = listOf(block.fields);
  return (
    <>
      {block.text !== undefined && <p><Words text={objectOf(block.text)} /></p>}
      {fields.length > 0 && <div className="fields">{fields.map((field, at) => <div key={at}><Words text={field} /></div>)}</div>}
    </>
  );
}

function Words({ text }: { text: Json }) {
  return text.type === 'mrkdwn' ? <Mrkdwn text={textOf(text.text)} /> : textOf(text.text);
}
