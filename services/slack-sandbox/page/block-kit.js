/** Block Kit as DOM nodes: the blocks that apps put into messages. What is unknown is shown by its type. */
import { element, link, mrkdwn, withEmoji } from '/mrkdwn.js';

const COLOURS = { good: '#2eb67d', warning: '#ecb22e', danger: '#e01e5a' };
const STYLES = [['bold', 'strong'], ['italic', 'em'], ['strike', 's'], ['code', 'code'], ['underline', 'u']];

function textObject(object, names) {
  if (!object) return [];
  return object.type === 'mrkdwn' ? mrkdwn(object.text, names) : withEmoji(object.text);
}

const INLINE = {
  text: ({ text }) => element('span', '', text),
  link: ({ url, text }) => link(url, text ?? url),
  emoji: ({ name }) => element('span', '', ...withEmoji(`:${name}:`)),
  user: ({ user_id: id }, names) => element('span', 'mention', `@${names[id] ?? id}`),
  usergroup: ({ usergroup_id: id }) => element('span', 'mention', `@${id}`),
  channel: ({ channel_id: id }, names) => element('span', 'mention', `#${names[id] ?? id}`),
  broadcast: ({ range }) => element('span', 'mention loud', `@${range}`),
  date: ({ timestamp }) => element('span', '', new Date(timestamp * 1000).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })),
};

function richElement(item, names) {
  const node = INLINE[item.type]?.(item, names) ?? element('span', '', `[${item.type}]`);
  return STYLES.filter(([style]) => item.style?.[style]).reduce((inner, [, tag]) => element(tag, '', inner), node);
}

function richPart(part, names) {
  const items = part.elements.map((item) => (item.elements ? richPart(item, names) : richElement(item, names)));
  if (part.type === 'rich_text_quote') return element('blockquote', 'prewrap', ...items);
  if (part.type === 'rich_text_preformatted') return element('pre', '', ...items);
  if (part.type === 'rich_text_list') return element(part.style === 'ordered' ? 'ol' : 'ul', '', ...items.map((item) => element('li', '', item)));
  return element('div', 'prewrap', ...items);
}

function inertButton(item, names) {
  const node = element('button', `inert ${item.style ?? ''}`, ...textObject(item.text, names));
  node.type = 'button';
  node.disabled = true;
  node.title = item.url ? `Would open ${item.url}` : 'Nobody answers buttons in the sandbox';
  return node;
}

function picture({ alt_text: alt }) {
  return element('span', 'picture', `🖼 ${alt}`);
}

function accessory(item, names) {
  return item.type === 'button' ? inertButton(item, names) : picture(item);
}

const BLOCKS = {
  header: (block, names) => element('div', 'header', ...textObject(block.text, names)),
  divider: () => element('hr'),
  section: (block, names) => {
    const content = element('div', 'content');
    if (block.text) content.append(element('div', 'prewrap', ...textObject(block.text, names)));
    if (block.fields) content.append(element('div', 'fields', ...block.fields.map((field) => element('div', 'prewrap', ...textObject(field, names)))));
    return element('div', 'section', content, ...(block.accessory ? [accessory(block.accessory, names)] : []));
  },
  context: (block, names) => element('div', 'context', ...block.elements.map((item) => (item.type === 'image' ? picture(item) : element('span', 'prewrap', ...textObject(item, names))))),
  rich_text: (block, names) => element('div', '', ...block.elements.map((part) => richPart(part, names))),
  actions: (block, names) => element('div', 'buttons', ...block.elements.map((item) => inertButton(item, names))),
  image: (block, names) => element('div', '', ...textObject(block.title, names), ' ', picture(block)),
  markdown: (block) => element('div', 'prewrap', block.text),
};

export function blocks(list, names) {
  return (list ?? []).map((block) => {
    const node = BLOCKS[block.type]?.(block, names) ?? element('div', '', `[${block.type}]`);
    node.classList.add('block');
    return node;
  });
}

/** A secondary attachment with its colour bar; of the old fields those that are texts. */
export function attachment(given, names) {
  const node = element('div', 'attachment');
  const colour = COLOURS[given.color] ?? (/^#?[0-9a-f]{3,6}$/i.test(given.color ?? '') ? `#${given.color.replace('#', '')}` : undefined);
  if (colour) node.style.borderLeftColor = colour;
  if (given.pretext) node.append(element('div', 'prewrap', ...mrkdwn(given.pretext, names)));
  if (given.title) node.append(element('strong', '', given.title_link ? link(given.title_link, given.title) : given.title));
  node.append(...blocks(given.blocks, names));
  if (!given.blocks) node.append(element('div', 'prewrap', ...mrkdwn(given.text ?? (given.title ? '' : given.fallback ?? ''), names)));
  for (const field of given.fields ?? []) node.append(element('div', 'prewrap', element('strong', '', field.title ?? ''), '\n', ...mrkdwn(field.value ?? '', names)));
  if (given.footer) node.append(element('div', 'context', given.footer));
  return node;
}
