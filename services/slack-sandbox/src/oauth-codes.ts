/** The codes that the consent page hands out: single use, ten minutes, bound to the client and the redirect URL they were made for. */
import { randomBytes } from 'node:crypto';

import type { App } from './app-grants.js';
import type { Workspace } from './workspace.js';

const LIFETIME_MS = 10 * 60_000;

export interface Consent {
  app: App;
  workspace: Workspace;
  scopes: string[];
  redirectUri: string;
  /** User id of whoever pressed Allow. */
  userId: string;
}

export class OAuthCodes {
  private readonly codes = new Map<string, { consent: Consent; expiresAt: number }>();

  constructor(private readonly now: () => number) {}

  issue(consent: Consent): string {
    const code = `${randomBytes(6).toString('hex')}.${randomBytes(16).toString('hex')}`;
    this.codes.set(code, { consent, expiresAt: this.now() + LIFETIME_MS });
    return code;
  }

  /** What was consented to; the code is used up by asking, right or wrong. */
  redeem(code: string): Consent | undefined {
    const entry = this.codes.get(code);
    this.codes.delete(code);
    return entry !== undefined && entry.expiresAt > this.now() ? entry.consent : undefined;
  }

  clear(): void {
    this.codes.clear();
  }
}
