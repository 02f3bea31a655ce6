/** What every Web API method is: its tier, the scopes of which the caller needs one, and what it does. */
import type { Answer } from '../answer.js';
import type { Grant } from '../app-grants.js';
import type { Arguments } from '../arguments.js';
import type { Tier } from '../limits.js';
import { refuse, type Refusal } from '../answer.js';
import type { Workspace } from '../workspace.js';
import type { World } from '../world.js';

export interface Call {
  world: World;
  grant: Grant;
  workspace: Workspace;
  args: Arguments;
}

export interface Method {
  tier: Tier;
  /** Any of these opens the method and all are told in `x-accepted-oauth-scopes`; empty = no scope needed. */
  accepts: readonly string[];
  run: (call: Call) => Answer;
}

/** The refusal for scopes that the token lacks. */
export function missingScope(grant: Grant, needed: readonly string[]): Refusal {
  return refuse('missing_scope', { needed: needed.join(','), provided: grant.scopes.join(',') });
}

/** Current time in Unix seconds, as Slack writes it. */
export function unixSeconds(world: World): number {
  return Math.floor(world.now() / 1000);
}
