/**
 * The consent page. A wrong client or redirect URL is told on the page and never redirected, since nobody vouches for that
 * address; from there on every way back carries the caller's `state`. Where an admin must approve the app there is no way back at all.
 */
import { OPTIONAL_SCOPES } from '@tocsin/domain';
import express, { type Request, type Response, type Router } from 'express';

import type { App } from './app-grants.js';
import { consentPage, consentProblemPage, requestSentPage } from './page/consent.js';
import type { World } from './world.js';

interface ConsentRequest {
  app: App;
  scopes: string[];
  redirectUri: string;
  state: string | undefined;
  team: string | undefined;
}

/** The routes under `/oauth`. */
export function oauthPages(world: World): Router {
  const router = express.Router();
  router.get('/v2/authorize', (request, response) => {
    const asked = readRequest(world, valuesOf(request.query));
    if (typeof asked === 'string') sendPage(response, 400, consentProblemPage(asked));
    else sendPage(response, 200, consentPage({ workspaces: world.workspaces, ...asked, needsApproval: world.needsApproval, hidden: hiddenFields(asked) }));
  });
  router.post('/v2/authorize', express.urlencoded({ extended: false }), (request: Request, response) => {
    const values = valuesOf(request.body);
    const asked = readRequest(world, values);
    if (typeof asked === 'string') sendPage(response, 400, consentProblemPage(asked));
    else if (world.needsApproval && values.get('decision') === 'allow') sendPage(response, 200, requestSentPage(asked.app));
    else response.redirect(302, decided(world, asked, values));
  });
  return router;
}

function valuesOf(source: unknown): Map<string, string> {
  const entries = Object.entries((source ?? {}) as Record<string, unknown>);
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''));
}

/** What the app asks for, or Slack's code for why the page cannot go on. */
function readRequest(world: World, values: ReadonlyMap<string, string>): ConsentRequest | string {
  const app = world.grants.appOfClient(values.get('client_id') ?? '');
  if (app === undefined) return 'invalid_client_id';
  const redirectUri = values.get('redirect_uri') ?? '';
  if (!isRedirectUri(redirectUri)) return 'bad_redirect_uri';
  const scopes = (values.get('scope') ?? '').split(/[\s,]+/).filter((scope) => scope !== '');
  if (scopes.length === 0) return 'no_scopes';
  if (scopes.some((scope) => !/^[a-z]+(:[a-z]+)?([.:][a-z]+)*$/.test(scope))) return 'invalid_scope';
  return { app, scopes, redirectUri, state: values.get('state'), team: values.get('team') };
}

/** Plain http is taken here, since the sandbox is for trying things on one's own machine; Slack asks for https. */
function isRedirectUri(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hash, username } = new URL(value);
  return (protocol === 'https:' || protocol === 'http:') && hash === '' && username === '' && !value.includes('#');
}

function hiddenFields(asked: ConsentRequest): [string, string][] {
  const fields: [string, string | undefined][] = [
    ['client_id', asked.app.clientId], ['scope', asked.scopes.join(',')], ['redirect_uri', asked.redirectUri], ['state', asked.state],
  ];
  return fields.filter((field): field is [string, string] => field[1] !== undefined);
}

/** Where the browser goes after Allow or Cancel. */
function decided(world: World, asked: ConsentRequest, values: ReadonlyMap<string, string>): string {
  const back = new URL(asked.redirectUri);
  const workspace = world.workspace(values.get('workspace') ?? '') ?? world.workspaces[0];
  if (values.get('decision') !== 'allow' || workspace === undefined) {
    back.searchParams.set('error', 'access_denied');
  } else {
    const declined = OPTIONAL_SCOPES.filter((scope) => values.get(`optional:${scope}`) !== 'on' && values.has('choices'));
    const scopes = asked.scopes.filter((scope) => !declined.includes(scope));
    const userId = [...workspace.people.keys()][0] ?? 'USLACKBOT';
    back.searchParams.set('code', world.codes.issue({ app: asked.app, workspace, scopes, redirectUri: asked.redirectUri, userId }));
  }
  if (asked.state !== undefined) back.searchParams.set('state', asked.state);
  return back.href;
}

function sendPage(response: Response, status: number, page: string): void {
  response.status(status).type('html').send(page);
}
