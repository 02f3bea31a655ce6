/** Pieces of text as elements. Only http and https addresses become links. */
import { Fragment, type ReactNode } from 'react';

import { emojiOf } from './emoji.js';
import { parseMrkdwn, type Piece, type Style } from './mrkdwn.js';

export function Mrkdwn({ text }: { text: string }) {
  return <Pieces pieces={parseMrkdwn(text)} />;
}

export function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  // pieces have no identity but their place, and are drawn anew as a whole
  return pieces.map((piece, at) => <Fragment key={at}>{drawn(piece)}</Fragment>);
}

function drawn(piece: Piece): ReactNode {
  switch (piece.kind) {
    case 'break':
      return <br />;
    case 'emoji':
      return emojiOf(piece.name);
    case 'mention':
      return <strong>{piece.text}</strong>;
    case 'link':
      return /^https?:\/\//i.test(piece.url) ? <a href={piece.url} target="_blank" rel="noopener noreferrer">{styled(piece.text, piece.style)}</a> : styled(piece.text, piece.style);
    case 'text':
      return styled(piece.text, piece.style);
  }
}

function styled(text: string, { bold, italic, strike, code }: Style): ReactNode {
  let node: ReactNode = text;
  if (code) node = <code>{node}</code>;
  if (strike) node = <s>{node}</s>;
  if (italic) node = <em>{node}</em>;
  if (bold) node = <strong>{node}</strong>;
  return node;
}
