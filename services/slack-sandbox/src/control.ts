/**
 * `/sandbox/*`: how tests and people steer the sandbox. Only for callers on this machine and without authentication, therefore
 * closed to web pages of other origins.
 */
import express, { type NextFunction, type Request, type Response, type Router } from 'express';

import { APPROVAL, CHANNEL, DIRECTORY, FAULT, LIMITS, NOTHING, ROTATION, TOKEN, wrongBody, type Rule } from './control-shapes.js';
import { doesSomething, type Fault } from './faults.js';
import type { LimitSettings } from './limits.js';
import type { Message } from './messages.js';
import type { RotationSettings } from './rotation.js';
import { grow } from './seed.js';
import type { Channel } from './workspace.js';
import type { World } from './world.js';

/** The routes under `/sandbox`. */
export function control(world: World): Router {
  const router = express.Router();
  router.use(onlyThisMachine, express.json({ type: () => true, limit: '1mb', strict: false }), unreadableBody);
  readings(router, world);
  router.post('/faults', taking(FAULT), (request, response) => {
    const { reset = false, ...fault } = request.body as Fault & { reset?: boolean };
    if (!reset && !doesSomething(fault)) {
      refuse(response, 'This fault would do nothing; give one of: latencyMs, status, error, retryAfter, lost, hang, cut, body.');
      return;
    }
    if (reset) world.faults.reset();
    if (doesSomething(fault)) world.faults.add(fault);
    response.json({ faults: world.faults.list() });
  });
  router.post('/limits', taking(LIMITS), (request, response) => {
    world.limits.configure(request.body as Partial<LimitSettings>);
    response.json(world.limits.settings);
  });
  router.post('/directory', taking(DIRECTORY), (request, response) => {
    const { channels = 0, people = 0, workspace } = request.body as { channels?: number; people?: number; workspace?: string };
    const grown = world.workspace(workspace ?? 'acme');
    if (grown === undefined) {
      notFound(response, 'workspace');
      return;
    }
    grow(grown, channels, people);
    world.changed();
    response.json({ channels: grown.channels.size, people: grown.people.size });
  });
  router.post('/channels', taking(CHANNEL), (request, response) => { changeChannel(world, request.body as ChannelChange, response); });
  router.post('/tokens', taking(TOKEN), (request, response) => { changeToken(world, request.body as TokenChange, response); });
  router.post('/approval', taking(APPROVAL), (request, response) => {
    const { required } = request.body as { required?: boolean };
    if (required !== undefined) world.needsApproval = required;
    response.json({ required: world.needsApproval });
  });
  router.post('/rotation', taking(ROTATION), (request, response) => {
    world.rotation.configure(request.body as Partial<RotationSettings>);
    response.json(world.rotation.settings);
  });
  router.post('/reset', taking(NOTHING), (_request, response) => {
    world.reset();
    response.json({ ok: true });
  });
  router.use((_request, response) => { response.status(404).json({ error: 'There is no such control endpoint.' }); });
  return router;
}

function readings(router: Router, world: World): void {
  router.get('/messages', (request, response) => {
    const { channel: wanted, ...others } = request.query;
    const unknown = Object.keys(others)[0];
    if (unknown !== undefined) {
      refuse(response, `Unknown parameter "${unknown}"; known are: channel.`);
      return;
    }
    const at = typeof wanted === 'string' ? world.messagesAt(wanted) : undefined;
    const messages = wanted === undefined || wanted === '' ? world.messages.list() : at;
    if (messages) response.json({ items: messages.map(shown) });
    else notFound(response, 'channel');
  });
  router.get('/requests', (_request, response) => { response.json({ items: world.requests.list() }); });
  router.get('/faults', (_request, response) => { response.json({ faults: world.faults.list() }); });
  router.get('/limits', (_request, response) => { response.json(world.limits.settings); });
}

function shown(message: Message): Record<string, unknown> {
  const { botId, broadcast, ...rest } = message;
  return { ...rest, bot_id: botId, ...(broadcast && { reply_broadcast: true }) };
}

interface ChannelChange {
  id?: string;
  /** Finds the channel when there is no id; with an id it is the new name. */
  name?: string;
  rename?: string;
  archived?: boolean;
  shared?: boolean;
  private?: boolean;
  /** Whether the apps are in it. */
  member?: boolean;
}

function changeChannel(world: World, change: ChannelChange, response: Response): void {
  const found = world.findChannel(change.id ?? change.name ?? '');
  if (found === undefined) { notFound(response, 'channel'); return; }
  const { channel, workspace } = found;
  const name = change.rename ?? (change.id === undefined ? undefined : change.name);
  if (name !== undefined) rename(channel, name.replace(/^#/, ''));
  if (change.archived !== undefined) channel.isArchived = change.archived;
  if (change.shared !== undefined) channel.isShared = change.shared;
  if (change.private !== undefined) channel.kind = change.private ? 'private' : 'public';
  if (change.member !== undefined) {
    for (const { bot } of world.grants.all().filter((grant) => grant.workspace === workspace)) {
      if (change.member) channel.members.add(bot.id);
      else channel.members.delete(bot.id);
    }
  }
  world.changed();
  response.json({ ...channel, members: [...channel.members] });
}

function rename(channel: Channel, name: string): void {
  channel.previousNames = [channel.name, ...channel.previousNames];
  channel.name = name;
}

interface TokenChange {
  token?: string;
  revoked?: boolean;
  state?: string;
}

const TOKEN_STATES = ['active', 'revoked', 'uninstalled', 'expired'] as const;

function changeToken(world: World, change: TokenChange, response: Response): void {
  const grant = world.grantOf(change.token ?? '');
  if (grant === undefined) { notFound(response, 'token'); return; }
  const wanted = change.state ?? (change.revoked === false ? 'active' : 'revoked');
  const state = TOKEN_STATES.find((one) => one === wanted);
  if (state === undefined) { refuse(response, `Field "state" must be one of: ${TOKEN_STATES.join(', ')}.`); return; }
  grant.state = state;
  response.json({ token: grant.token, state });
}

function taking(shape: Readonly<Record<string, Rule>>) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const body = (request.body as unknown) ?? {};
    const wrong = wrongBody(body, shape);
    request.body = body;
    if (wrong === undefined) next();
    else refuse(response, wrong);
  };
}

/** The caller's address, the name it calls us by (another name may have been pointed here by a web page) and the page it is. */
function onlyThisMachine(request: Request, response: Response, next: NextFunction): void {
  const { origin, host } = request.headers;
  const isLoopback = /^(::1|(::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '') && /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/i.test(host ?? '');
  if (!isLoopback) response.status(403).json({ error: 'The controls answer callers on this machine only.' });
  else if (origin !== undefined && origin !== `http://${host ?? ''}`) response.status(403).json({ error: 'The controls do not answer pages of other origins.' });
  else next();
}

/** Express knows a handler of errors by its four parameters. */
function unreadableBody(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) next(error);
  else refuse(response, 'The body must be JSON of at most 1 MB.');
}

function refuse(response: Response, error: string): void {
  response.status(400).json({ error });
}

function notFound(response: Response, what: string): void {
  response.status(404).json({ error: `There is no such ${what}.` });
}
