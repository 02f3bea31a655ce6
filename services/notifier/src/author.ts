/** Who makes a change, as the audit log names them. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

import { actorOf, callerOf, requestId, type AuditRecord } from '@tocsin/platform';

export type Author = Pick<AuditRecord, 'organizationId' | 'actor' | 'requestId'>;

/** Injects the caller as the author of a change. */
export const CurrentAuthor = createParamDecorator((_: unknown, context: ExecutionContext): Author => {
  const request = context.switchToHttp().getRequest<Request>();
  const caller = callerOf(request);
  return { organizationId: caller.organizationId, actor: actorOf(caller), requestId: requestId(request) };
});
