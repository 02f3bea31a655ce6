/**
 * The apps and the tokens that workspaces granted them. One bot per app and workspace: a second installation gives the same
 * bot and the same token, and its scopes are added to those already granted; only a revocation takes scopes away. Where
 * tokens rotate each installation and renewal gives another token, with the same bot and scopes.
 */
import type { Person, Workspace } from './workspace.js';

export interface App {
  id: string;
  name: string;
  /** User name of its bot. */
  botName: string;
  clientId?: string;
  clientSecret?: string;
}

export interface Grant {
  token: string;
  app: App;
  workspace: Workspace;
  bot: Person & { botId: string };
  scopes: string[];
  state: 'active' | 'revoked' | 'uninstalled' | 'expired';
  /** Milliseconds; only of a token that ends. */
  expiresAt?: number;
}

export class AppGrants {
  private readonly grants = new Map<string, Grant>();
  private readonly apps = new Map<string, App>();

  addApp(app: App): void {
    this.apps.set(app.id, app);
  }

  appOfClient(clientId: string): App | undefined {
    return [...this.apps.values()].find((app) => app.clientId === clientId);
  }

  ofToken(token: string): Grant | undefined {
    return this.grants.get(token);
  }

  all(): Grant[] {
    return [...new Set(this.grants.values())];
  }

  ofBot(botId: string): Grant | undefined {
    return this.all().find((grant) => grant.bot.botId === botId);
  }

  /** Installs an app, or adds scopes to its installation; after a revocation it has only the scopes asked for now. */
  install(app: App, workspace: Workspace, scopes: readonly string[], token: string): Grant {
    const grant = this.living(app, workspace);
    if (grant) grant.scopes = [...new Set([...grant.scopes, ...scopes])];
    return grant ?? this.add(app, workspace, scopes, token);
  }

  /** Gives back the token of an installation that is forgotten here; the same one as any that is not. */
  restore(app: App, workspace: Workspace, scopes: readonly string[], token: string): Grant {
    const grant = this.install(app, workspace, scopes, token);
    this.grants.set(token, grant);
    return grant;
  }

  /** One more token of the app in the workspace, which ends. */
  addRotating(app: App, workspace: Workspace, scopes: readonly string[], { token, expiresAt }: Required<Pick<Grant, 'token' | 'expiresAt'>>): Grant {
    const grant = this.add(app, workspace, [...new Set([...(this.living(app, workspace)?.scopes ?? []), ...scopes])], token);
    grant.expiresAt = expiresAt;
    return grant;
  }

  private living(app: App, workspace: Workspace): Grant | undefined {
    return this.all().find((grant) => grant.app === app && grant.workspace === workspace && grant.state === 'active');
  }

  private add(app: App, workspace: Workspace, scopes: readonly string[], token: string): Grant {
    const bot = botOf(app, workspace);
    workspace.addBot(bot);
    const grant: Grant = { token, app, workspace, bot, scopes: [...scopes], state: 'active' };
    this.grants.set(token, grant);
    return grant;
  }

  /** Removes the app from the workspace: all its tokens there stop working. */
  uninstall(app: App, workspace: Workspace): void {
    for (const grant of this.grants.values()) {
      if (grant.app === app && grant.workspace === workspace && (grant.state === 'active' || grant.state === 'expired')) grant.state = 'uninstalled';
    }
  }

  /** Why a token is refused, in Slack's codes; undefined when it is good. */
  static problem(grant: Grant | undefined): string | undefined {
    if (grant === undefined) return 'invalid_auth';
    const codes = { active: undefined, revoked: 'token_revoked', uninstalled: 'account_inactive', expired: 'token_expired' };
    return codes[grant.state];
  }
}

function botOf(app: App, workspace: Workspace): Person & { botId: string } {
  const tail = `${app.id.slice(1)}${workspace.domain.toUpperCase()}`.replace(/[^A-Z0-9]/g, '').slice(0, 12);
  return { id: `U${tail}`, botId: `B${tail}`, name: app.botName, realName: app.name, deleted: false };
}

/** A token as it may be shown: those of the sandbox whole, any other by its ends. */
export function shownToken(token: string): string {
  return /^(xoxe\.)?xoxb-sandbox-/.test(token) ? token : `${token.slice(0, 5)}…${token.slice(-4)}`;
}
