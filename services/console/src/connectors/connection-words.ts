/** What the console says about a connection, in words for people. */
import type { ConnectionMethod, HealthState } from '@tocsin/domain';

const METHODS: Record<ConnectionMethod, string> = { token: 'Token of an own app', oauth: 'Identity provider' };

export function methodWord(method: ConnectionMethod): string {
  return METHODS[method];
}

const STATES: Record<HealthState, string> = { connected: 'Connected', needs_attention: 'Needs attention', revoked: 'Revoked' };

export function healthWord(state: HealthState): string {
  return STATES[state];
}

const WORST_FIRST: readonly HealthState[] = ['revoked', 'needs_attention', 'connected'];

/** The state that a person has to look at first; undefined where there is none. */
export function worstOf(states: readonly HealthState[]): HealthState | undefined {
  return WORST_FIRST.find((state) => states.includes(state));
}

/** `1 message waits`, `214 messages wait`. */
export function waitingWords(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'message waits' : 'messages wait'}`;
}
