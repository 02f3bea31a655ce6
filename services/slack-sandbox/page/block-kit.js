/** Block Kit as DOM nodes: the blocks that apps use in messages. What is unknown is shown by its type. */
import { element, link, mrkdwn, withEmoji } from '/mrkdwn.js';

function textObject(object, names) {
  if (!object) return [];
  return object.type === 'mrkdwn' ? mrkdwn(object.text, names) : [withEmoji(object.text)];
}

function richElement(item, names) {
  const styles = item.style ?? {};
  let node;
  if (item.type === 'text') node = element('span', '', item.text);
  else if (item.type === 'link') node = link(item.url, item.text ?? item.url);
  else if (item.type === 'emoji') node = element('span', '', withEmoji(`:${item.name}:`));
  else if (item.type === 'user') node = element('span', 'mention', `@${names[item.user_id] ?? item.user_id}`);
  else if (item.type === 'usergroup') node = element('span', 'mention', `@${item.usergroup_id}`);
  else if (item.type === 'channel') node = element('span', 'mention', `#${names[item.channel_id] ?? item.channel_id}`);
  else if (item.type === 'broadcast') node = element('span', 'mention', `@${item.range}`);
  else node = element('span', '', `[${item.type}]`);
  for (const [style, tag] of [['bold', 'strong'], ['italic', 'em'], ['strike', 's'], ['code', 'code']]) if (styles[style]) node = element(tag, '', node);
  return node;
}

function richPart(part, names) {
  const items = (part.elements ?? []).map((item) => (item.elements ? richPart(item, names) : richElement(item, names)));
  if (part.type === 'rich_text_quote') return element('blockquote', 'prewrap', ...items);
  if (part.type === 'rich_text_preformatted') return element('pre', '', ...items);
  if (part.type === 'rich_text_list') return element(part.style === 'ordered' ? 'ol' : 'ul', '', ...items.map((item) => element('li', '', item)));
  return element('div', 'prewrap', ...items);
}

const BLOCKS = {
  header: (block, names) => element('div', 'header', ...textObject(block.text, names)),
  divider: () => element('hr'),
  section: (block, names) => {
    const node = element('div', '', element('div', 'prewrap', ...textObject(block.text, names)));
    if (block.fields) node.append(element('div', 'fields', ...block.fields.map((field) => element('div', 'prewrap', ...textObject(field, names)))));
    return node;
  },
  context: (block, names) => element('div', 'context', ...block.elements.map((item) => (item.type === 'image' ? element('span', '', item.alt_text) : element('span', '', ...textObject(item, names))))),
  rich_text: (block, names) => element('div', '', ...block.elements.map((part) => richPart(part, names))),
  actions: (block, names) => element('div', '', ...block.elements.map((item) => element('span', 'inert', ...textObject(item.text, names)))),
  image: (block) => element('div', '', block.alt_text),
  markdown: (block) => element('div', 'prewrap', block.text),
};

export function blocks(list, names) {
  return (list ?? []).map((block) => {
    const node = BLOCKS[block.type]?.(block, names) ?? element('div', '', `[${block.type}]`);
    node.classList.add('block');
    return node;
  });
}

export function attachment(given, names) {
  const node = element('div', 'attachment');
  if (/^#?[0-9a-f]{6}$/i.test(given.color ?? '')) node.style.borderLeftColor = `#${given.color.replace('#', '')}`;
  node.append(...blocks(given.blocks, names));
  if (!given.blocks) node.append(element('div', 'prewrap', ...mrkdwn(given.text ?? given.fallback ?? '', names)));
  return node;
}
