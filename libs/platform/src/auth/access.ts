/** What a route demands. A route without one of these marks does not start: nothing is open by omission. */
import { SetMetadata } from '@nestjs/common';

import type { Permission } from '@tocsin/domain';

export const ACCESS = Symbol('access');

export type Access = { kind: 'public' } | { kind: 'internal' } | { kind: 'permissions'; anyOf: readonly Permission[] };

/** The caller needs one of these permissions. */
export function Requires(...anyOf: [Permission, ...Permission[]]): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, { kind: 'permissions', anyOf } satisfies Access);
}

/** Anybody may call it, without a token. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, { kind: 'public' } satisfies Access);
}

/** Only another service of Tocsin may call it. */
export function Internal(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, { kind: 'internal' } satisfies Access);
}
