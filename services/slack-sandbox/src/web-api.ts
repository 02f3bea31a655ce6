/**
 * `/api/<method>`: reads the call, then asks in Slack's order: fault, token, method, scope, rate limit, and only then the method.
 * Nearly every failure is HTTP 200 with `ok: false`; only a rate limit is 429.
 */
import { randomBytes } from 'node:crypto';

import express, { type NextFunction, type Request, type Response, type Router } from 'express';

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

/** The routes under `/api`. */
export function webApi(world: World): Router {
  const router = express.Router();
  router.use(express.text({ type: () => true, limit: BODY_LIMIT }), unreadableBody);
  router.all('/:method', async (request, response) => {
    const call = callOf(request);
    const grant = call.token === undefined ? undefined : world.grantOf(call.token);
    const fault = world.faults.strike(targetOf(world, call, grant));
    const entry: LoggedRequest = {
      at: new Date(world.now()).toISOString(), method: call.name, arguments: call.args.forRecord(),
      ...(grant && { workspace: grant.workspace.id }), ...(call.token !== undefined && { token: shownToken(call.token) }), ...(fault && { fault: true as const }),
    };
    world.requests.add(entry);
    if (fault?.latencyMs !== undefined) await pause(fault.latencyMs);
    response.set({ 'x-slack-req-id': randomBytes(16).toString('hex'), 'access-control-expose-headers': 'x-slack-req-id, retry-after' });
    const scopes = scopeHeaders(call.name, grant);
    const answer = fault === undefined || hasEffect(fault) ? answerTo(world, call, grant) : undefined;
    const wire = fault !== undefined && replacesAnswer(fault) ? faultyAnswer(fault) : answer && slackAnswer(answer, scopes);
    send(response, wire, fault, entry);
  });
  return router;
}

/** A body that cannot be read at all; Slack's gateway answers these, so there is little to imitate. */
function unreadableBody(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) next(error);
  else if (error instanceof Error && 'type' in error && error.type === 'entity.too.large') response.status(413).json(refuse('msg_too_large'));
  else response.status(400).json(refuse('invalid_form_data'));
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

function scopeHeaders(name: string, grant: Grant | undefined): Record<string, string> {
  if (grant === undefined || AppGrants.problem(grant) !== undefined) return {};
  const accepts = METHODS.get(name)?.accepts ?? [];
  return { 'x-oauth-scopes': grant.scopes.join(','), ...(accepts.length > 0 && { 'x-accepted-oauth-scopes': accepts.join(',') }) };
}

/** An answer as it goes over the wire. */
interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Slack's code of a refusal. */
  error?: string;
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

function slackAnswer(answer: Answer, scopes: Record<string, string>): WireAnswer {
  if (answer.ok) return { status: 200, headers: { ...JSON_TYPE, ...scopes }, body: JSON.stringify(answer) };
  const { retryAfter, ...body } = answer;
  const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return { status: retryAfter === undefined ? 200 : 429, headers: { ...JSON_TYPE, ...scopes, ...wait }, body: JSON.stringify(body), error: answer.error };
}

function faultyAnswer({ status, error, retryAfter, body }: Fault): WireAnswer {
  const isLimit = status === 429 || retryAfter !== undefined;
  const code = error ?? (isLimit ? 'ratelimited' : 'internal_error');
  return {
    status: status ?? (isLimit ? 429 : 200),
    headers: { ...(typeof body === 'string' ? { 'content-type': 'text/html; charset=utf-8' } : JSON_TYPE), ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) },
    body: typeof body === 'string' ? body : JSON.stringify(body ?? refuse(code)),
    ...(body === undefined && { error: code }),
  };
}

function send(response: Response, answer: WireAnswer | undefined, fault: Fault | undefined, entry: LoggedRequest): void {
  if (fault?.hang) return;
  const isLost = fault?.lost !== undefined && !replacesAnswer(fault);
  if (answer === undefined || isLost) {
    response.socket?.destroy();
    return;
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Math.max(0, Buffer.byteLength(answer.body) + (fault?.lengthOff ?? 0)) });
  if (fault?.cut) {
    response.write(answer.body.slice(0, answer.body.length / 2), () => response.socket?.destroy());
    return;
  }
  response.end(answer.body);
  entry.status = answer.status;
  if (answer.error !== undefined) entry.error = answer.error;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
