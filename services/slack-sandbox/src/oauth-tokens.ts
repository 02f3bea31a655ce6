/**
 * The tokens that the consent page leads to. Such a token tells workspace, scopes and when it was made, so that the sandbox,
 * which remembers nothing over a restart, still knows the tokens that its callers kept.
 */
import { randomBytes } from 'node:crypto';

import { SLACK_SCOPES } from '@tocsin/domain';

export interface TokenContent {
  /** `acme` of `acme.slack.com`. */
  domain: string;
  scopes: string[];
  /** Milliseconds. */
  madeAt: number;
}

const FORM = /^xoxb-sandbox-([a-z0-9]+)-oauth-([0-9a-f]+)-([0-9a-z]+)-[0-9a-f]{16}$/;

/** A new token. Scopes that Tocsin does not know are not in it. */
export function makeToken({ domain, scopes, madeAt }: TokenContent): string {
  const bits = SLACK_SCOPES.reduce((sum, { name }, index) => (scopes.includes(name) ? sum + 2 ** index : sum), 0);
  return `xoxb-sandbox-${domain}-oauth-${bits.toString(16)}-${madeAt.toString(36)}-${randomBytes(8).toString('hex')}`;
}

/** What a token made by {@link makeToken} tells; undefined for any other. */
export function readToken(token: string): TokenContent | undefined {
  const [, domain, bits, madeAt] = FORM.exec(token) ?? [];
  if (domain === undefined || bits === undefined || madeAt === undefined) return undefined;
  const granted = Number.parseInt(bits, 16);
  const scopes = SLACK_SCOPES.filter((_, index) => Math.floor(granted / 2 ** index) % 2 === 1).map(({ name }) => name);
  return { domain, scopes, madeAt: Number.parseInt(madeAt, 36) };
}
