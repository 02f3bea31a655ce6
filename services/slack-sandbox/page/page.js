/** Draws the channels and the messages of the chosen one, and asks for news every second. The channel is in the address. */
import { attachment, blocks } from '/block-kit.js';
import { element, mrkdwn } from '/mrkdwn.js';

const SIGNS = { public: '#', private: '🔒', im: '@' };
let drawn = '';

function chosen() {
  return new URLSearchParams(location.search).get('channel') ?? undefined;
}

function choose(id) {
  history.pushState(null, '', `?channel=${encodeURIComponent(id)}`);
  void refresh();
}

function channelButton(channel) {
  const button = element('button', '', element('span', '', SIGNS[channel.kind]), element('span', 'name', channel.name));
  button.type = 'button';
  button.setAttribute('aria-current', String(channel.id === chosen()));
  if (channel.isArchived) button.append(element('span', 'badge', 'archived'));
  if (channel.isShared) button.append(element('span', 'badge', 'shared'));
  if (channel.count > 0) button.append(element('span', 'count', String(channel.count)));
  button.addEventListener('click', () => choose(channel.id));
  return button;
}

function drawChannels(workspaces) {
  document.getElementById('channels').replaceChildren(...workspaces.flatMap(({ name, channels }) => [
    element('h2', '', name),
    ...channels.slice(0, 500).map(channelButton),
  ]));
}

function messageNode(message, names) {
  const at = new Date(message.receivedAt);
  const time = element('time', '', at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
  time.dateTime = message.receivedAt;
  const meta = element('div', 'meta', element('strong', '', message.sender), ' ', element('span', 'badge', 'APP'), ' ', time, message.updates > 0 ? ' (edited)' : '');
  const body = element('div', '', meta);
  body.append(...blocks(message.blocks, names));
  if (!message.blocks?.length && !message.attachments?.some((given) => given.blocks)) body.append(element('div', 'block prewrap', ...mrkdwn(message.text, names)));
  body.append(...(message.attachments ?? []).map((given) => attachment(given, names)));
  const isReply = message.thread_ts !== undefined && message.thread_ts !== message.ts;
  return element('article', isReply ? 'reply' : '', element('div', 'avatar', message.sender.slice(0, 1)), body);
}

function inThreads(messages) {
  const key = ({ ts, thread_ts }) => `${thread_ts ?? ts} ${ts}`;
  return [...messages].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function drawMessages({ workspaces, messages, names }) {
  const channel = workspaces.flatMap(({ channels }) => channels).find(({ id }) => id === chosen());
  document.getElementById('channel').replaceChildren(element('h2', '', channel ? `${SIGNS[channel.kind]} ${channel.name}` : 'Choose a channel'), element('p', '', channel?.purpose ?? ''));
  const list = document.getElementById('messages');
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const nodes = inThreads(messages).map((message) => messageNode(message, names));
  list.replaceChildren(...(nodes.length > 0 ? nodes : [element('p', 'empty', channel ? 'Nothing was posted here yet.' : 'On the left are the channels and people of the sandbox.')]));
  if (wasAtEnd) list.scrollTop = list.scrollHeight;
}

async function refresh() {
  const query = chosen() ? `?channel=${encodeURIComponent(chosen())}` : '';
  try {
    const text = await (await fetch(`/page/state${query}`)).text();
    if (text === drawn) return;
    drawn = text;
    const state = JSON.parse(text);
    drawChannels(state.workspaces);
    drawMessages(state);
  } catch {
    document.getElementById('channel').replaceChildren(element('h2', '', 'The sandbox does not answer'));
    drawn = '';
  }
}

addEventListener('popstate', () => void refresh());
setInterval(() => void refresh(), 1000);
void refresh();
