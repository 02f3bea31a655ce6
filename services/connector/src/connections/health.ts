/**
 * The health of a connection as a rule: what was found, and when, decides. `revoked` stops sending; `needs attention`
 * says that part of it does not work.
 */
import { REMEDIES, SLACK_SCOPES, type HealthState, type SlackFailure } from '@tocsin/domain';

import type { RenewalProblem } from '../credentials/renewal.js';

export interface Health {
  state: HealthState;
  reason?: string;
  remedy?: string;
  /** RFC 3339; when the state or its reason began. */
  since: string;
}

/** What is known now: Slack's own check of the token, and whether one of its answers speaks against it all the same. */
export interface Findings {
  missingScopes: readonly string[];
  /** Why auth.test refused the token. */
  failure?: SlackFailure;
  /** Slack's code in a refusal that auth.test does not explain. */
  doubted?: string;
  /** It was refused again after the last doubt was looked into. */
  doubtedTwice?: boolean;
  /** When the token ends, and why it will not be renewed. */
  token?: { expiresAt?: Date | undefined; problem?: RenewalProblem | undefined };
}

export function nextHealth(before: Health | undefined, findings: Findings, now: string): Health {
  const found = judge(findings, now);
  const isTheSame = before !== undefined && before.state === found.state && before.reason === found.reason;
  return { ...found, since: isTheSame ? before.since : now };
}

function judge({ failure, missingScopes, doubted, doubtedTwice, token }: Findings, now: string): Omit<Health, 'since'> {
  if (failure) return { state: 'revoked', reason: failure.message, remedy: failure.remedy };
  const ending = endOf(token ?? {}, now);
  if (ending?.state === 'revoked') return ending;
  if (missingScopes.length > 0) return lacking(missingScopes);
  if (ending) return ending;
  if (doubted === undefined) return { state: 'connected' };
  return { state: doubtedTwice ? 'revoked' : 'needs_attention', reason: `Slack refused a message with the code ${doubted}, though it accepts the token.`, remedy: REMEDIES.reconnect };
}

/** A token that ends and is not renewed: first a warning, then as good as none. */
function endOf({ expiresAt, problem }: NonNullable<Findings['token']>, now: string): Omit<Health, 'since'> | undefined {
  if (problem === undefined) return undefined;
  const { message, remedy } = problem;
  if (expiresAt === undefined) return { state: 'needs_attention', reason: message, remedy };
  if (expiresAt.getTime() <= Date.parse(now)) return { state: 'revoked', reason: `The token has expired. ${message}`, remedy };
  return { state: 'needs_attention', reason: `${message} It works until ${expiresAt.toISOString()}.`, remedy };
}

/** Without chat:write not one message can be sent: that is as good as no token. */
function lacking(missingScopes: readonly string[]): Omit<Health, 'since'> {
  const lost = SLACK_SCOPES.filter(({ name }) => missingScopes.includes(name)).map(({ without }) => without);
  return {
    state: missingScopes.includes('chat:write') ? 'revoked' : 'needs_attention',
    reason: `The app was not granted ${missingScopes.join(', ')}: ${lost.join('; ')}.`,
    remedy: REMEDIES.reinstall,
  };
}
