/** Slack's mrkdwn as DOM nodes. Text is only ever set as text, so nothing in a message can become markup. */

/** Emoji that say something are drawn by the style sheet, to be there without an emoji font too. */
const DRAWN = {
  red_circle: 'dot red', large_orange_circle: 'dot orange', large_yellow_circle: 'dot yellow', large_green_circle: 'dot green', large_blue_circle: 'dot blue',
  white_circle: 'dot white', black_circle: 'dot black', large_orange_diamond: 'dot orange square', large_blue_diamond: 'dot blue square',
  small_red_triangle: 'triangle', white_check_mark: 'tick', heavy_check_mark: 'tick',
};
const EMOJI = {
  rotating_light: '🚨', bell: '🔔', warning: '⚠', speech_balloon: '💬', arrows_counterclockwise: '🔄', lock: '🔒', key: '🔑', memo: '📝', tada: '🎉',
  mute: '🔇', hourglass: '⌛', information_source: 'ℹ', no_entry: '⛔', no_entry_sign: '🚫', eyes: '👀', arrow_up: '↑', arrow_down: '↓', package: '📦', x: '✗',
};

export function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/** A link, if its address is one that a chat opens; else only its label. */
export function link(url, ...children) {
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return element('span', '', ...children);
  const node = element('a', '', ...children);
  node.href = url;
  node.target = '_blank';
  node.rel = 'noreferrer';
  return node;
}

function emoji(name) {
  if (DRAWN[name] === undefined) return EMOJI[name] ?? `:${name}:`;
  const node = element('span', DRAWN[name]);
  node.setAttribute('role', 'img');
  node.setAttribute('aria-label', name.replaceAll('_', ' '));
  return node;
}

/** Nodes for a text with :names: of emoji. */
export function withEmoji(text) {
  return text.split(/:([a-z0-9_+-]+):/).map((part, index) => (index % 2 === 1 ? emoji(part) : part));
}

function unescaped(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** What stands between angle brackets: a link, a mention or a date. */
function special(inner, names) {
  const bar = inner.indexOf('|');
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? undefined : inner.slice(bar + 1);
  const named = (id) => unescaped(label ?? names[id] ?? id);
  const date = /^!date\^(\d+)\^/.exec(target);
  if (date) return new Date(Number(date[1]) * 1000).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  if (target.startsWith('@')) return element('span', 'mention', `@${named(target.slice(1))}`);
  if (target.startsWith('#')) return element('span', 'mention', `#${named(target.slice(1))}`);
  if (target.startsWith('!subteam^')) return element('span', 'mention', `@${named(target.slice(9))}`);
  if (target.startsWith('!')) return element('span', 'mention loud', `@${named(target.slice(1))}`);
  return link(unescaped(target), ...(label === undefined ? [unescaped(target)] : inlines(label, names)));
}

const PIECES = /<([^<>\n]+)>|```([\s\S]+?)```|`([^`\n]+)`|(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])|(?<!\w)_([^\s_](?:[^_\n]*[^\s_])?)_(?!\w)|(?<![\w~])~([^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])/g;

function inlines(text, names) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    nodes.push(...withEmoji(unescaped(text.slice(end, match.index))));
    const [whole, angle, pre, code, bold, italic, strike] = match;
    if (angle !== undefined) nodes.push(special(angle, names));
    else if (pre !== undefined) nodes.push(element('pre', '', unescaped(pre.replace(/^\n/, ''))));
    else if (code !== undefined) nodes.push(element('code', '', unescaped(code)));
    else nodes.push(element(bold !== undefined ? 'strong' : italic !== undefined ? 'em' : 's', '', ...inlines(bold ?? italic ?? strike, names)));
    end = match.index + whole.length;
  }
  nodes.push(...withEmoji(unescaped(text.slice(end))));
  return nodes;
}

/** Nodes for a mrkdwn text: lines that begin with > are quotes. */
export function mrkdwn(text, names) {
  const groups = [];
  for (const line of String(text).split('\n')) {
    const quoted = /^(?:&gt;|>) ?/.exec(line);
    const last = groups.at(-1);
    const content = quoted ? line.slice(quoted[0].length) : line;
    if (last && last.quoted === Boolean(quoted)) last.lines.push(content);
    else groups.push({ quoted: Boolean(quoted), lines: [content] });
  }
  return groups.flatMap(({ quoted, lines }) => {
    const nodes = inlines(lines.join('\n'), names);
    return quoted ? [element('blockquote', '', ...nodes)] : nodes;
  });
}
