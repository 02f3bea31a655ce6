/** A rich_text block: sections, quotes, preformatted text and lists. */
import type { ReactNode } from 'react';

import { listOf, objectOf, textOf, type Json } from './json.js';
import type { Piece, Style } from './mrkdwn.js';
import { Pieces } from './pieces.js';

export function RichText({ block }: { block: Json }) {
  return listOf(block.elements).map((element, at) => <Element key={at} element={element} />);
}

function Element({ element }: { element: Json }): ReactNode {
  const pieces = <Pieces pieces={listOf(element.elements).flatMap(piecesOf)} />;
  switch (element.type) {
    case 'rich_text_quote':
      return <blockquote>{pieces}</blockquote>;
    case 'rich_text_preformatted':
      return <pre tabIndex={0}>{pieces}</pre>;
    case 'rich_text_list': {
      const items = listOf(element.elements).map((item, at) => <li key={at}><Pieces pieces={listOf(item.elements).flatMap(piecesOf)} /></li>);
      return element.style === 'ordered' ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    default:
      return <p>{pieces}</p>;
  }
}

function piecesOf(element: Json): Piece[] {
  switch (element.type) {
    case 'text':
      return linesOf(textOf(element.text), styleOf(element));
    case 'link':
      return [{ kind: 'link', url: textOf(element.url), text: textOf(element.text) || textOf(element.url), style: styleOf(element) }];
    case 'emoji':
      return [{ kind: 'emoji', name: textOf(element.name) }];
    case 'user':
      return [{ kind: 'mention', text: `@${textOf(element.user_id)}` }];
    case 'usergroup':
      return [{ kind: 'mention', text: `@${textOf(element.usergroup_id)}` }];
    case 'channel':
      return [{ kind: 'mention', text: `#${textOf(element.channel_id)}` }];
    default:
      return [];
  }
}

function linesOf(text: string, style: Style): Piece[] {
  return text.split('\n').flatMap((line, at): Piece[] => [...(at > 0 ? [{ kind: 'break' } as const] : []), { kind: 'text', text: line, style }]);
}

function styleOf(element: Json): Style {
  const { bold, italic, strike, code } = objectOf(element.style);
  return { bold: bold === true, italic: italic === true, strike: strike === true, code: code === true };
}
