/** The page for people: which channels there are and what arrived in them. Its script draws from `/page/state`. */
import { fileURLToPath } from 'node:url';

import express, { type Router } from 'express';

import type { Message } from '../messages.js';
import type { Channel, Workspace } from '../workspace.js';
import type { World } from '../world.js';

const FILES = fileURLToPath(new URL('../../page/', import.meta.url));
/** A page of other people's texts runs no script but its own. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src https: data:; connect-src 'self'; form-action *; base-uri 'none'; frame-ancestors 'none'";
const SHOWN_MESSAGES = 200;

export function page(world: World): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set({ 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' });
    next();
  });
  router.get('/page/state', (request, response) => {
    const channel = typeof request.query.channel === 'string' ? request.query.channel : undefined;
    response.set('Cache-Control', 'no-store').json(stateOf(world, channel));
  });
  router.use(express.static(FILES, { etag: false }));
  return router;
}

function stateOf(world: World, channelId: string | undefined): object {
  const messages = channelId === undefined ? [] : world.messages.list(channelId).slice(-SHOWN_MESSAGES);
  return {
    workspaces: world.workspaces.map((workspace) => ({ id: workspace.id, name: workspace.name, channels: workspace.conversations().map((channel) => channelView(world, workspace, channel)) })),
    names: namesOf(world),
    messages: messages.map((message) => messageView(world, message)),
  };
}

function channelView(world: World, workspace: Workspace, channel: Channel): object {
  const { id, kind, name, purpose, isArchived, isShared } = channel;
  const person = channel.userId === undefined ? undefined : workspace.people.get(channel.userId);
  return { id, kind, name: person?.realName ?? name, purpose, isArchived, isShared, count: world.messages.count(id) };
}

/** Names for the ids that mentions in a message carry. */
function namesOf(world: World): Record<string, string> {
  const people = world.workspaces.flatMap((workspace) => [...workspace.people.values()].map(({ id, name }) => [id, name] as const));
  const channels = world.workspaces.flatMap((workspace) => workspace.conversations().map(({ id, name }) => [id, name] as const));
  return Object.fromEntries([...people, ...channels].slice(0, 2000));
}

function messageView(world: World, message: Message): object {
  const { ts, thread_ts, text, blocks, attachments, updates, receivedAt } = message;
  return { ts, thread_ts, text, blocks, attachments, updates, receivedAt, sender: world.grants.ofBot(message.botId)?.app.name ?? message.user };
}
