/**
 * Slack's mrkdwn as a list of pieces. Only what our own messages use is understood; everything else stays text, so that
 * nothing from outside becomes more than text. Source: docs.slack.dev, "Formatting message text".
 */

export interface Style {
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
  code?: boolean;
}

export type Piece =
  | { kind: 'text'; text: string; style: Style }
  | { kind: 'link'; url: string; text: string; style: Style }
  /** A person, a channel or a group, as Slack would name it. */
  | { kind: 'mention'; text: string }
  | { kind: 'emoji'; name: string }
  | { kind: 'break' };

const TOKEN = /```(?<pre>[\s\S]+?)```|`(?<code>[^`\n]+)`|<(?<angle>[^<>\n]+)>|(?<![\w*])\*(?<bold>\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<!\w)_(?<italic>\S(?:[^_\n]*\S)?)_(?!\w)|(?<!\w)~(?<strike>\S(?:[^~\n]*\S)?)~(?!\w)|:(?<emoji>[a-z][a-z0-9_+-]*):|(?<break>\n)/g;

export function parseMrkdwn(source: string, style: Style = {}): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of source.matchAll(TOKEN)) {
    if (match.index > at) pieces.push(textPiece(source.slice(at, match.index), style));
    pieces.push(...piecesOf(match.groups ?? {}, style));
    at = match.index + match[0].length;
  }
  if (at < source.length) pieces.push(textPiece(source.slice(at), style));
  return pieces;
}

function piecesOf(groups: Record<string, string | undefined>, style: Style): Piece[] {
  const { pre, code, angle, bold, italic, strike, emoji } = groups;
  const verbatim = pre ?? code;
  if (verbatim !== undefined) return [textPiece(verbatim, { ...style, code: true })];
  if (angle !== undefined) return [anglePiece(angle, style)];
  if (bold !== undefined) return parseMrkdwn(bold, { ...style, bold: true });
  if (italic !== undefined) return parseMrkdwn(italic, { ...style, italic: true });
  if (strike !== undefined) return parseMrkdwn(strike, { ...style, strike: true });
  if (emoji !== undefined) return [{ kind: 'emoji', name: emoji }];
  return [{ kind: 'break' }];
}

/** What stands between < and >: a link, a mention, a date. */
function anglePiece(angle: string, style: Style): Piece {
  const bar = angle.indexOf('|');
  const target = bar < 0 ? angle : angle.slice(0, bar);
  const label = bar < 0 ? undefined : angle.slice(bar + 1);
  if (target.startsWith('@') || target.startsWith('#')) return { kind: 'mention', text: label === undefined ? target : `${target.charAt(0)}${unescape(label).replace(/^[@#]/, '')}` };
  if (target.startsWith('!date^')) return textPiece(label ?? '', style);
  if (target.startsWith('!')) return { kind: 'mention', text: label === undefined ? `@${target.slice(1)}` : unescape(label) };
  const [first] = parseMrkdwn(label ?? target, style);
  const text = first?.kind === 'text' ? first : textPiece(label ?? target, style);
  return { kind: 'link', url: unescape(target), text: text.text, style: text.style };
}

function textPiece(text: string, style: Style): Extract<Piece, { kind: 'text' }> {
  return { kind: 'text', text: unescape(text), style };
}

/** The three characters that Slack escapes, once. */
function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
