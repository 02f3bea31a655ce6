/**
 * Which scopes a token was granted. Slack says so in a header; where a proxy strips it, each scope is tried with a call
 * that changes nothing, and a refusal for a missing scope gives the whole list away.
 */
import { SLACK_SCOPES, type SlackFailure } from '@tocsin/domain';
import type { SlackAnswer, SlackDoor } from '@tocsin/slack';

export type ScopeProbe = Pick<SlackDoor, 'listChannels' | 'listPeople' | 'lookupByEmail' | 'deleteMessage'>;

/** Granted or not; undefined = could not be found out, a failure = the reason why not. */
export type Granted = boolean | SlackFailure | undefined;

/** By name of the scope. */
export type FoundScopes = ReadonlyMap<string, Granted>;

/** Nobody's: `.invalid` is reserved (RFC 2606). */
const NOBODY = 'nobody@tocsin.invalid';
const NO_MESSAGE = { channel: 'C0000000000', ts: '0000000001.000000' };

/** @param header scopes from `x-oauth-scopes`, undefined where it did not arrive */
export async function findScopes(door: ScopeProbe, header: readonly string[] | undefined): Promise<FoundScopes> {
  return header ? fromList(header) : byTrying(door);
}

/** Every scope of ours, then those that go beyond. */
function fromList(granted: readonly string[]): FoundScopes {
  const ours = SLACK_SCOPES.map(({ name }) => [name, granted.includes(name)] as const);
  const beyond = granted.filter((name) => !SLACK_SCOPES.some((scope) => scope.name === name)).map((name) => [name, true] as const);
  return new Map<string, boolean>([...ours, ...beyond]);
}

async function byTrying(door: ScopeProbe): Promise<FoundScopes> {
  const calls: Partial<Record<string, () => Promise<SlackAnswer<unknown>>>> = {
    'chat:write': () => door.deleteMessage(NO_MESSAGE),
    'channels:read': () => door.listChannels(undefined, 'public_channel', 1),
    'groups:read': () => door.listChannels(undefined, 'private_channel', 1),
    'users:read': () => door.listPeople(undefined, 1),
    'users:read.email': () => door.lookupByEmail(NOBODY),
  };
  const found = new Map<string, Granted>();
  for (const { name } of SLACK_SCOPES) {
    const answer = await calls[name]?.();
    const provided = answer && providedBy(answer);
    if (provided) return fromList(provided);
    found.set(name, answer && isGranted(answer));
  }
  return found;
}

/** A refusal that lists what the token has. */
function providedBy(answer: SlackAnswer<unknown>): string[] | undefined {
  if (answer.ok || answer.failure.family !== 'refused' || answer.failure.code !== 'missing_scope') return undefined;
  const provided = answer.failure.provided?.split(',').map((name) => name.trim()).filter((name) => name !== '');
  return provided && provided.length > 0 ? provided : undefined;
}

/** Slack looks at scopes before it looks for what was named, so "there is no such thing" means that the scope is there. */
function isGranted(answer: SlackAnswer<unknown>): Granted {
  if (answer.ok) return true;
  if (answer.failure.family !== 'refused') return answer.failure;
  if (answer.failure.code === 'missing_scope') return false;
  return answer.failure.kind === 'target' ? true : undefined;
}

/** The scopes that were surely granted. */
export function grantedScopes(found: FoundScopes): string[] {
  return [...found].filter(([, granted]) => granted === true).map(([name]) => name);
}

/** Required scopes that are known to be missing. */
export function knownMissingScopes(found: FoundScopes): string[] {
  return SLACK_SCOPES.filter(({ name, required }) => required && found.get(name) === false).map(({ name }) => name);
}
