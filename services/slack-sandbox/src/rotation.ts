/**
 * Token rotation: tokens that end, and refresh tokens that give the next one. A refresh token works once and for a minute more;
 * of one installation only the two newest tokens work, whoever holds them. Off until switched on, and then for what is
 * installed from then on; nothing of it outlives a restart.
 */
import { randomBytes } from 'node:crypto';

import type { App, AppGrants, Grant } from './app-grants.js';
import type { Workspace } from './workspace.js';

export interface RotationSettings {
  enabled: boolean;
  /** Life of a token in seconds. */
  expiresIn: number;
}

export interface RotatingToken {
  grant: Grant;
  refreshToken: string;
  expiresIn: number;
}

interface Refresh {
  grant: Grant;
  usedAt?: number;
  /** Newer tokens took the place of its token, which says nothing against the installation. */
  isPushedOut: boolean;
}

const OFF: Readonly<RotationSettings> = { enabled: false, expiresIn: 43_200 };
const GRACE_MS = 60_000;
const WORKING_TOKENS = 2;

export class Rotation {
  settings: RotationSettings = { ...OFF };
  private readonly refreshes = new Map<string, Refresh>();

  constructor(private readonly now: () => number) {}

  configure(settings: Partial<RotationSettings>): void {
    this.settings = { ...this.settings, ...settings };
  }

  /** A new installation, or one more of the same. */
  issue(grants: AppGrants, app: App, workspace: Workspace, scopes: readonly string[]): RotatingToken {
    const { expiresIn } = this.settings;
    const tail = (): string => randomBytes(12).toString('hex');
    const grant = grants.addRotating(app, workspace, scopes, { token: `xoxe.xoxb-sandbox-${workspace.domain}-${tail()}`, expiresAt: this.now() + expiresIn * 1000 });
    const refreshToken = `xoxe-1-sandbox-${workspace.domain}-${tail()}`;
    this.refreshes.set(refreshToken, { grant, isPushedOut: false });
    this.pushOut(grants, grant);
    return { grant, refreshToken, expiresIn };
  }

  /** The next token; undefined for a refresh token that does not work. */
  refresh(grants: AppGrants, app: App, refreshToken: string): RotatingToken | undefined {
    const refresh = this.refreshes.get(refreshToken);
    if (refresh?.grant.app !== app || !this.works(refresh)) return undefined;
    refresh.usedAt ??= this.now();
    return this.issue(grants, app, refresh.grant.workspace, refresh.grant.scopes);
  }

  private works({ grant, usedAt, isPushedOut }: Refresh): boolean {
    const isInstalled = isPushedOut || grant.state === 'active' || grant.state === 'expired';
    return isInstalled && (usedAt === undefined || this.now() - usedAt < GRACE_MS);
  }

  private pushOut(grants: AppGrants, { app, workspace }: Grant): void {
    const working = grants.all().filter((grant) => grant.app === app && grant.workspace === workspace && grant.expiresAt !== undefined && grant.state === 'active');
    for (const grant of working.slice(0, -WORKING_TOKENS)) {
      grant.state = 'revoked';
      for (const refresh of this.refreshes.values()) if (refresh.grant === grant) refresh.isPushedOut = true;
    }
  }

  reset(): void {
    this.settings = { ...OFF };
    this.refreshes.clear();
  }
}
