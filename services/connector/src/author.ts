/** Who makes a change, as the audit log and the outbox name them. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

import { actorOf, callerOf, requestId, type AuditRecord } from '@tocsin/platform';

export interface Author {
  organizationId: string;
  actor: AuditRecord['actor'];
  requestId?: string;
}

/** Injects the caller as the author of a change. */
export const CurrentAuthor = createParamDecorator((_: unknown, context: ExecutionContext): Author => authorOf(context.switchToHttp().getRequest<Request>()));

function authorOf(request: Request): Author {
  const caller = callerOf(request);
  return { organizationId: caller.organizationId, actor: actorOf(caller), requestId: requestId(request) };
}

/** A change that Slack caused. */
export function slackAsAuthor(organizationId: string): Author {
  return { organizationId, actor: { kind: 'system', id: 'slack' } };
}

/** A change that follows from the clock. */
export function tocsinAsAuthor(organizationId: string): Author {
  return { organizationId, actor: { kind: 'system', id: 'tocsin' } };
}
