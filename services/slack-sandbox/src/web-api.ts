/**
 * `/api/<method>`: reads the call, then asks in Slack's order: fault, token, method, scope, rate limit, and only then the method.
 * Nearly every failure is HTTP 200 with `ok: false`; only a rate limit is 429.
 */
import { randomBytes } from 'node:crypto';

import express, { type Request, type Response, type Router } from 'express';

import { limited, refuse, type Answer } from './answer.js';
import { AppGrants, shownToken, type Grant } from './app-grants.js';
import { Arguments } from './arguments.js';
import { hasEffect, replacesAnswer, type Fault } from './faults.js';
import { missingScope, type Method } from './methods/method.js';
import { credentialsOf, oauthAccess } from './methods/oauth-access.js';
import { METHODS } from './methods/table.js';
import type { LoggedRequest } from './request-log.js';
import { argumentsOf, bearerOf } from './web-api-request.js';
import type { World } from './world.js';

const BODY_LIMIT = '4mb';

interface ApiCall {
  name: string;
  args: Arguments;
  /** Set when the body could not be read. */
  unreadable?: string;
  token?: string;
  authorization?: string;
}

export function webApi(world: World): Router {
  const router = express.Router();
  router.use(express.text({ type: () => true, limit: BODY_LIMIT }));
  router.all('/:method', async (request, response) => {
    const call = callOf(request);
    const grant = call.token === undefined ? undefined : world.grants.ofToken(call.token);
    const fault = world.faults.strike(targetOf(world, call, grant));
    const entry: LoggedRequest = {
      at: new Date(world.now()).toISOString(), method: call.name, arguments: call.args.forRecord(),
      ...(grant && { workspace: grant.workspace.id }), ...(call.token !== undefined && { token: shownToken(call.token) }), ...(fault && { fault: true as const }),
    };
    world.requests.add(entry);
    if (fault?.latencyMs !== undefined) await pause(fault.latencyMs);
    const answer = fault === undefined || hasEffect(fault) ? answerTo(world, call, grant) : undefined;
    response.set({ 'x-slack-req-id': randomBytes(16).toString('hex'), 'access-control-expose-headers': 'x-slack-req-id, retry-after' });
    if (answer) setScopeHeaders(response, call.name, grant);
    if (fault && (replacesAnswer(fault) || fault.lost !== undefined || fault.hang)) sendFault(response, fault, entry);
    else if (answer) send(response, answer, entry);
  });
  return router;
}

function callOf(request: Request): ApiCall {
  const { args, problem } = argumentsOf(request);
  const bearer = bearerOf(request.headers.authorization);
  const isJson = request.is('application/json') !== false && request.is('application/json') !== null;
  const token = bearer ?? (isJson ? undefined : args.text('token'));
  return {
    name: String(request.params.method), args,
    ...(problem !== undefined && { unreadable: problem }), ...(token !== undefined && { token }),
    ...(request.headers.authorization !== undefined && { authorization: request.headers.authorization }),
  };
}

/** Every name that the call's channel and workspace go by. */
function targetOf(world: World, call: ApiCall, grant: Grant | undefined): { method: string; channels: string[]; workspaces: string[] } {
  const wanted = call.args.text('channel');
  const channel = wanted === undefined ? undefined : grant?.workspace.findChannel(wanted);
  const workspace = grant?.workspace;
  return {
    method: call.name,
    channels: [...(wanted === undefined ? [] : [wanted.replace(/^#/, '')]), ...(channel ? [channel.id, channel.name] : [])],
    workspaces: workspace ? [workspace.id, workspace.name, workspace.domain] : [],
  };
}

function answerTo(world: World, call: ApiCall, grant: Grant | undefined): Answer {
  if (call.unreadable !== undefined) return refuse(call.unreadable);
  if (call.name === 'oauth.v2.access') return exchange(world, call);
  const method = METHODS.get(call.name);
  if (method === undefined) return refuse('unknown_method', { req_method: call.name });
  if (call.name === 'api.test') return { ok: true };
  if (call.token === undefined) return refuse('not_authed');
  const problem = AppGrants.problem(grant);
  if (grant === undefined || problem !== undefined) return refuse(kindProblem(call.token) ?? problem ?? 'invalid_auth');
  return allowed(world, call, grant, method);
}

function allowed(world: World, call: ApiCall, grant: Grant, method: Method): Answer {
  if (method.accepts.length > 0 && !method.accepts.some((scope) => grant.scopes.includes(scope))) {
    return missingScope(grant, method.accepts);
  }
  const wait = world.limits.forMethod(call.name, `${grant.app.id} ${grant.workspace.id}`, method.tier);
  if (wait > 0) return limited(wait);
  return method.run({ world, grant, workspace: grant.workspace, args: call.args });
}

function exchange(world: World, call: ApiCall): Answer {
  const client = credentialsOf(call.authorization, call.args);
  const wait = world.limits.forMethod(call.name, client.id ?? '', 4);
  return wait > 0 ? limited(wait) : oauthAccess(world, call.args, client);
}

/** App-level and workflow tokens are known to Slack but not taken by these methods. */
function kindProblem(token: string): string | undefined {
  return /^(xapp|xwfp)-/.test(token) ? 'not_allowed_token_type' : undefined;
}

function setScopeHeaders(response: Response, name: string, grant: Grant | undefined): void {
  if (grant === undefined || AppGrants.problem(grant) !== undefined) return;
  response.set('x-oauth-scopes', grant.scopes.join(','));
  const accepts = METHODS.get(name)?.accepts ?? [];
  if (accepts.length > 0) response.set('x-accepted-oauth-scopes', accepts.join(','));
}

function send(response: Response, answer: Answer, entry: LoggedRequest): void {
  const { retryAfter, ...body } = answer as Answer & { retryAfter?: number };
  if (retryAfter !== undefined) response.status(429).set('Retry-After', String(retryAfter));
  entry.status = response.statusCode;
  if (!answer.ok) entry.error = String(answer.error);
  response.json(body);
}

function sendFault(response: Response, fault: Fault, entry: LoggedRequest): void {
  if (fault.hang) return;
  if (!replacesAnswer(fault)) {
    response.socket?.destroy();
    return;
  }
  const isLimit = fault.status === 429 || fault.retryAfter !== undefined;
  if (fault.retryAfter !== undefined) response.set('Retry-After', String(fault.retryAfter));
  response.status(fault.status ?? (isLimit ? 429 : 200));
  entry.status = response.statusCode;
  const error = fault.error ?? (isLimit ? 'ratelimited' : 'internal_error');
  if (fault.body === undefined) entry.error = error;
  if (typeof fault.body === 'string') response.type('html').send(fault.body);
  else response.json(fault.body ?? { ok: false, error });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
