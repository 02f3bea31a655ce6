/** Draws the channels, the people and the messages of the chosen one, and asks for news every second. What is chosen is in the address. */
import { attachment, blocks } from '/block-kit.js';
import { element, mrkdwn } from '/mrkdwn.js';

/** The sign of a private channel is drawn by the style sheet. */
const SIGNS = { public: '#', private: '', person: '●' };
const NEWS_EVERY_MS = 1000;
let shown = { version: '', chosen: undefined };

function wanted() {
  return new URLSearchParams(location.search).get('channel') ?? '';
}

function choose(id) {
  history.pushState(null, '', `?channel=${encodeURIComponent(id)}`);
  void refresh();
}

function badges({ isArchived, isShared }) {
  return [...(isArchived ? [element('span', 'badge', 'archived')] : []), ...(isShared ? [element('span', 'badge', 'shared')] : [])];
}

function sign({ kind }) {
  const node = element('span', `sign ${kind}`, SIGNS[kind]);
  if (kind === 'private') {
    node.setAttribute('role', 'img');
    node.setAttribute('aria-label', 'private');
  }
  return node;
}

function placeButton(place) {
  const button = element('button', '', sign(place), element('span', 'name', place.name), ...badges(place));
  button.type = 'button';
  button.dataset.id = place.id;
  if (place.id === wanted()) button.setAttribute('aria-current', 'true');
  if (place.count > 0) {
    const count = element('span', 'count', String(place.count));
    count.title = `${place.count} messages`;
    button.append(count);
  }
  button.addEventListener('click', () => choose(place.id));
  return button;
}

function placeList(title, { items, more }) {
  if (items.length === 0) return [];
  return [element('h3', '', title), ...items.map(placeButton), ...(more > 0 ? [element('p', 'more', `and ${more.toLocaleString()} more`)] : [])];
}

function drawPlaces(workspaces) {
  const focused = document.activeElement?.dataset?.id;
  document.getElementById('places').replaceChildren(...workspaces.map(({ name, channels, people }) =>
    element('section', '', element('h2', '', name), ...placeList('Channels', channels), ...placeList('Direct messages', people))));
  if (focused) document.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
}

function messageNode(message, names) {
  const at = new Date(message.receivedAt);
  const time = element('time', '', at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
  time.dateTime = message.receivedAt;
  time.title = `${at.toLocaleString()} · ts ${message.ts}`;
  const body = element('div', 'body', element('div', 'meta', element('strong', '', message.sender), ' ', element('span', 'badge', 'APP'), ' ', time));
  body.append(...blocks(message.blocks, names));
  const hasBlocks = message.blocks?.length > 0 || message.attachments?.some((given) => given.blocks);
  if (!hasBlocks && message.text) body.append(element('div', 'block prewrap', ...mrkdwn(message.text, names)));
  body.append(...(message.attachments ?? []).map((given) => attachment(given, names)));
  if (message.updates > 0) body.append(element('span', 'edited', '(edited)'));
  const node = element('article', isReply(message) ? 'reply' : '', element('div', 'avatar', message.sender.slice(0, 1)), body);
  node.dataset.ts = message.ts;
  if (message.broadcast) body.append(element('div', 'context', 'also sent to the channel'));
  return node;
}

function isReply({ ts, thread_ts: thread }) {
  return thread !== undefined && thread !== ts;
}

/** Each thread as its parent, the number of replies and the replies. */
function drawnMessages(messages, names) {
  const replies = new Map();
  for (const reply of messages.filter(isReply)) replies.set(reply.thread_ts, [...(replies.get(reply.thread_ts) ?? []), reply]);
  const parents = new Set(messages.filter((message) => !isReply(message)).map(({ ts }) => ts));
  const orphans = messages.filter((message) => isReply(message) && !parents.has(message.thread_ts));
  return [...orphans, ...messages.filter((message) => !isReply(message))].flatMap((message) => {
    const thread = isReply(message) ? [] : replies.get(message.ts) ?? [];
    const count = thread.length === 0 ? [] : [element('div', 'thread', `${thread.length} ${thread.length === 1 ? 'reply' : 'replies'}`)];
    return [messageNode(message, names), ...count, ...thread.map((reply) => messageNode(reply, names))];
  });
}

function drawMessages({ chosen, messages, names }) {
  document.title = chosen ? `${chosen.name} | Slack sandbox` : 'Slack sandbox';
  document.getElementById('chosen').replaceChildren(
    chosen ? element('h2', '', sign(chosen), chosen.name, ...badges(chosen)) : element('h2', '', 'Choose a channel'),
    element('p', '', chosen?.purpose ?? ''),
  );
  const list = document.getElementById('messages');
  const follows = shown.chosen !== chosen?.id || list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const nodes = drawnMessages(messages, names);
  const nothing = chosen ? 'Nothing was posted here yet.' : 'On the left are the channels and people of the sandbox. What Tocsin posts appears here.';
  list.replaceChildren(...(nodes.length > 0 ? nodes : [element('p', 'empty', nothing)]));
  if (follows) list.scrollTop = list.scrollHeight;
}

async function refresh() {
  const known = shown.chosen === wanted() ? shown.version : '';
  try {
    const response = await fetch(`/page/state?${new URLSearchParams({ channel: wanted(), version: known })}`);
    document.body.classList.remove('away');
    if (response.status === 204) return;
    const state = await response.json();
    drawPlaces(state.workspaces);
    drawMessages(state);
    shown = { version: state.version, chosen: wanted() };
  } catch {
    document.body.classList.add('away');
    shown = { version: '', chosen: shown.chosen };
  }
}

addEventListener('popstate', () => void refresh());
setInterval(() => void refresh(), NEWS_EVERY_MS);
void refresh();
