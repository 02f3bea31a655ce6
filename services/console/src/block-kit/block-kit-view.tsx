/** A Slack message as it will look, near enough: the blocks that our messages use, drawn without any markup from outside. */
import type { Attachment, Block, RenderedMessage } from '@tocsin/domain';
import type { CSSProperties, ReactNode } from 'react';

import { RichText } from './rich-text.js';

export function BlockKitView({ message: { blocks, attachments } }: { message: RenderedMessage }) {
  return (
    <div className="slack">
      <Blocks blocks={blocks} />
      {attachments.map(({ color, blocks: carded }, at) => (
        <div key={at} className="attachment" style={barOf(color)}>
          <Blocks blocks={carded} />
        </div>
      ))}
    </div>
  );
}

function barOf(color: Attachment['color']): CSSProperties {
  return { '--bar': color } as CSSProperties;
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return blocks.map((block) => <BlockView key={block.block_id} block={block} />);
}

function BlockView({ block }: { block: Block }): ReactNode {
  switch (block.type) {
    case 'header':
      return <h3>{block.text.text}</h3>;
    case 'context':
      return <p className="context">{block.elements.map(({ text }) => text).join(' ')}</p>;
    case 'rich_text':
      return <RichText parts={block.elements} />;
  }
}
