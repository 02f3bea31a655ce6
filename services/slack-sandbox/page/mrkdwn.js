/** Slack's mrkdwn as DOM nodes. Text is only ever set as text, so nothing in a message can become markup. */

const EMOJI = {
  red_circle: '🔴', large_orange_circle: '🟠', large_yellow_circle: '🟡', large_blue_circle: '🔵', white_circle: '⚪', white_check_mark: '✅',
  rotating_light: '🚨', bell: '🔔', warning: '⚠️', speech_balloon: '💬', arrows_counterclockwise: '🔄', lock: '🔒', memo: '📝', tada: '🎉',
};

export function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

export function link(url, ...children) {
  if (!/^(https?|mailto):/i.test(url)) return element('span', '', ...children);
  const node = element('a', '', ...children);
  node.href = url;
  node.target = '_blank';
  node.rel = 'noreferrer';
  return node;
}

export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
}

function unescape(text) {
  return withEmoji(text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
}

function special(inner, names) {
  const [target, label] = inner.split('|', 2);
  const dateParts = /^!date\^(\d+)\^/.exec(target);
  if (dateParts) return new Date(Number(dateParts[1]) * 1000).toLocaleString();
  if (target.startsWith('@')) return element('span', 'mention', `@${label ?? names[target.slice(1)] ?? target.slice(1)}`);
  if (target.startsWith('#')) return element('span', 'mention', `#${label ?? names[target.slice(1)] ?? target.slice(1)}`);
  if (target.startsWith('!')) return element('span', 'mention', `@${label ?? target.slice(1)}`);
  return link(target, unescape(label ?? target));
}

const PIECES = /<([^<>\n]+)>|```([\s\S]+?)```|`([^`\n]+)`|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<!\w)_([^_\n]+)_(?!\w)|(?<!\w)~([^~\n]+)~(?!\w)/g;

/** Nodes for a mrkdwn text. */
export function mrkdwn(text, names) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    nodes.push(unescape(text.slice(end, match.index)));
    const [whole, angle, pre, code, bold, italic, strike] = match;
    if (angle !== undefined) nodes.push(special(angle, names));
    else if (pre !== undefined) nodes.push(element('pre', '', unescape(pre)));
    else if (code !== undefined) nodes.push(element('code', '', unescape(code)));
    else nodes.push(element(bold !== undefined ? 'strong' : italic !== undefined ? 'em' : 's', '', ...mrkdwn(bold ?? italic ?? strike, names)));
    end = match.index + whole.length;
  }
  nodes.push(unescape(text.slice(end)));
  return nodes;
}
