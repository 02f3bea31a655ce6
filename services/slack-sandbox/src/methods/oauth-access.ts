/** oauth.v2.access: a code of the consent page, or a refresh token, becomes a bot token. It is called without a token; the client proves itself. */
import { accept, refuse, type Answer } from '../answer.js';
import type { App } from '../app-grants.js';
import type { Arguments } from '../arguments.js';
import { makeToken } from '../oauth-tokens.js';
import type { RotatingToken } from '../rotation.js';
import type { World } from '../world.js';

export interface ClientCredentials {
  id?: string;
  secret?: string;
}

/** The client's credentials: HTTP Basic before the body. */
export function credentialsOf(authorization: string | undefined, args: Arguments): ClientCredentials {
  const basic = /^Basic\s+(.+)$/i.exec(authorization ?? '')?.[1];
  const [id, secret] = basic === undefined ? [args.text('client_id'), args.text('client_secret')] : basicPair(basic);
  return { ...(id !== undefined && { id }), ...(secret !== undefined && { secret }) };
}

function basicPair(encoded: string): [string, string] {
  const decoded = Buffer.from(encoded, 'base64').toString();
  const colon = decoded.indexOf(':');
  const plain = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  return colon < 0 ? [plain(decoded), ''] : [plain(decoded.slice(0, colon)), plain(decoded.slice(colon + 1))];
}

/** @returns the token, or the code by which Slack refuses */
export function oauthAccess(world: World, args: Arguments, client: ClientCredentials): Answer {
  const app = world.grants.appOfClient(client.id ?? '');
  if (app === undefined) return refuse('invalid_client_id');
  if (app.clientSecret !== client.secret) return refuse('bad_client_secret');
  const grantType = args.text('grant_type') ?? 'authorization_code';
  if (grantType === 'refresh_token') return renewed(world, app, args.text('refresh_token') ?? '');
  if (grantType !== 'authorization_code') return refuse('invalid_grant_type');
  const consent = world.codes.redeem(args.text('code') ?? '');
  if (consent?.app !== app) return refuse('invalid_code');
  if (args.text('redirect_uri') !== consent.redirectUri) return refuse('bad_redirect_uri');
  const { workspace, scopes } = consent;
  const issued = world.rotation.settings.enabled
    ? world.rotation.issue(world.grants, app, workspace, scopes)
    : { grant: world.grants.install(app, workspace, scopes, makeToken({ domain: workspace.domain, scopes, madeAt: world.now() })) };
  world.changed();
  return accept({ ...told(issued), authed_user: { id: consent.userId } });
}

function renewed(world: World, app: App, refreshToken: string): Answer {
  const issued = world.rotation.refresh(world.grants, app, refreshToken);
  return issued === undefined ? refuse('invalid_refresh_token') : accept(told(issued));
}

function told({ grant, refreshToken, expiresIn }: Pick<RotatingToken, 'grant'> & Partial<RotatingToken>): Record<string, unknown> {
  const { app, workspace } = grant;
  return {
    access_token: grant.token, token_type: 'bot', scope: grant.scopes.join(','), bot_user_id: grant.bot.id, app_id: app.id,
    team: { id: workspace.id, name: workspace.name }, enterprise: null, is_enterprise_install: false,
    ...(refreshToken !== undefined && { refresh_token: refreshToken, expires_in: expiresIn }),
  };
}
