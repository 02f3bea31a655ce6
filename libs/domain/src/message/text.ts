/**
 * Text from outside, made harmless and made to fit. Lengths are UTF-16 units, as Slack seems to count; a cut falls between
 * graphemes, so it never halves an emoji or an accented letter.
 */

const LONE_SURROGATE = /\p{Surrogate}/gu;
// Controls but tab and newline; overrides of writing direction, which make a text read as something else (Trojan Source).
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;
// Joiners stay: emoji and several scripts need them.
const INVISIBLE = /[\u00AD\u180E\u200B\u2060-\u2064\uFEFF]/g;
// What has to be looked at closely: what cleanText changes inside of a text, and any surrogate. Hardly any text holds it.
const UNCLEAN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uD800-\uDFFF]|\n{3}/;
// The same for cleanLine.
const UNCLEAN_LINE = /[^\S ]| {2}|[\u0000-\u001F\u007F-\u009F\u00AD\u180E\u200B\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF\uD800-\uDFFF]/;
const ELLIPSIS = '…';
/** A grapheme longer than this is no writing system's; it is cut inside. */
const GRAPHEME_MAX = 64;
const CARRIAGE_RETURN = 0x0d;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Several lines, as they are, without what could disturb their reader. */
export function cleanText(text: string): string {
  if (!UNCLEAN.test(text)) return text.trim();
  return text.replace(/\r\n?/g, '\n').replace(LONE_SURROGATE, '\uFFFD').replace(CONTROL, '').replace(/\n{3,}/g, '\n\n').trim();
}

/** One line; what cannot be seen is taken out. */
export function cleanLine(text: string): string {
  if (!UNCLEAN_LINE.test(text)) return text.trim();
  return cleanText(text.replace(/\s+/g, ' ')).replace(INVISIBLE, '').replace(/ {2,}/g, ' ').trim();
}

/** At most `max` units, an ellipsis included where something was cut, if possible at the end of a word. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const room = max - ELLIPSIS.length;
  const kept = fallsBetweenAscii(text, room) ? text.slice(0, room) : wholeGraphemes(text.slice(0, max + GRAPHEME_MAX), room);
  const wordEnd = kept.lastIndexOf(' ');
  const atWord = wordEnd > kept.length * 0.8 ? kept.slice(0, wordEnd) : kept;
  return atWord.trimEnd() + ELLIPSIS;
}

/** Escapes what Slack reads as markup in mrkdwn and in the text of a message; never more than `max` units, and no entity is cut. */
export function escapeMrkdwn(text: string, max: number): string {
  const whole = escape(text);
  if (whole.length <= max) return whole;
  let escaped = '';
  for (const { segment } of graphemes.segment(text.slice(0, max))) {
    const next = escape(segment);
    if (escaped.length + next.length > max - ELLIPSIS.length) break;
    escaped += next;
  }
  return escaped + ELLIPSIS;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Between two ASCII characters other than CR and LF there is always an end of a grapheme (Unicode UAX #29); looking for it is dear. */
function fallsBetweenAscii(text: string, at: number): boolean {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return before < 0x80 && after < 0x80 && before !== CARRIAGE_RETURN;
}

function wholeGraphemes(text: string, max: number): string {
  const end = graphemes.segment(text).containing(max)?.index ?? text.length;
  if (end > 0) return text.slice(0, end);
  return text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
}
