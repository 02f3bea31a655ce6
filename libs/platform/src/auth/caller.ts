/** Who is calling, as a verified token or API key says. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

import type { Permission } from '@tocsin/domain';

export interface Caller {
  kind: 'user' | 'key';
  /** `sub` of the token, or the id of the API key. */
  id: string;
  /** Name for people: e-mail of the user, else the id. */
  name: string;
  /** Every row that the caller may see carries it. */
  organizationId: string;
  permissions: ReadonlySet<Permission>;
  /** When the token or API key stops being valid, in milliseconds since 1970. */
  expiresAt?: number | undefined;
  /** Until when it needs not be shown again, in milliseconds since 1970: its end, and of an API key, which may be deleted at any time, at most a minute. */
  verifiedUntil?: number | undefined;
  /** Applications that an API key is limited to; undefined = all. */
  applications?: readonly string[] | undefined;
}

const CALLER = Symbol('caller');

interface Authenticated {
  [CALLER]?: Caller;
}

/** Remembers who was found to be calling, for whoever handles the request. */
export function setCaller(request: Request, caller: Caller): void {
  (request as Authenticated)[CALLER] = caller;
}

/** @throws Error on a public route: there is no caller there */
export function callerOf(request: Request): Caller {
  const caller = (request as Authenticated)[CALLER];
  if (!caller) throw new Error(`no caller on ${request.method} ${request.path}`);
  return caller;
}

/** Injects the caller into a handler. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) => callerOf(context.switchToHttp().getRequest<Request>()));
