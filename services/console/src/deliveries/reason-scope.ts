/** What a replay of a group means: all that are not sent again yet and had ended when its latest did. */
import type { ReasonGroup } from '../api/deliveries.js';
import { justAfter, type Scope } from './picked.js';

/** What was sent again is dealt with, or is a problem of its own. */
export const UNSOLVED = { replayed: 'false' } as const;

export function scopeOfGroup({ state, code, count, lastAt }: Pick<ReasonGroup, 'state' | 'code' | 'count' | 'lastAt'>): Scope {
  return { filter: { ...UNSOLVED, state: [state], code: [code], changedBefore: justAfter(lastAt) }, byState: { [state]: count } };
}
