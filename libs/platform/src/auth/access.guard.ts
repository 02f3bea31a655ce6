/** Every route passes here: who is calling, and may they. */
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import { PeerUnavailable } from '../http/internal.client.js';
import { ProblemException } from '../http/problem.exception.js';
import { ACCESS, type Access } from './access.js';
import { setCaller, type Caller } from './caller.js';
import { verifyServiceToken } from './service-token.js';
import { InvalidToken, type TokenVerifier } from './token-verifier.js';

export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
    private readonly serviceSecrets: readonly Uint8Array[],
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [context.getHandler(), context.getClass()]);
    if (!access) throw new Error(`${context.getClass().name}.${context.getHandler().name} says not who may call it`);
    if (access.kind === 'public') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const token = bearerToken(request);
    if (access.kind === 'internal') {
      if ((await verifyServiceToken(token, this.serviceSecrets)) === undefined) throw unauthorized('This route is for services of Tocsin only.');
      return true;
    }
    const caller = await this.verify(token);
    demand(caller, access.anyOf);
    setCaller(request, caller);
    return true;
  }

  private async verify(token: string): Promise<Caller> {
    try {
      return await this.tokens.verify(token);
    } catch (error) {
      if (error instanceof InvalidToken) throw unauthorized(error.message);
      if (error instanceof PeerUnavailable) throw error;
      const content = { title: 'Tokens cannot be checked', code: 'issuer_away', detail: 'The issuer of tokens cannot be reached. Try again in a moment.', hint: 'If it lasts, an operator looks at the log and at OIDC_ISSUER.' };
      throw new ProblemException(503, content, { 'Retry-After': '5' }, error);
    }
  }
}

function bearerToken(request: Request): string {
  const [scheme, token] = (request.get('authorization') ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw unauthorized('A bearer token is needed: "Authorization: Bearer …".');
  return token;
}

/** Operators alone stand outside organizations. */
function demand(caller: Caller, anyOf: readonly string[]): void {
  if (![...caller.permissions].some((permission) => anyOf.includes(permission))) {
    throw new ProblemException(403, {
      title: 'Not allowed',
      code: 'permission_missing',
      detail: `This needs the permission ${anyOf.join(' or ')}.`,
      hint: 'Ask an administrator of your organization for a role that has it.',
    });
  }
  if (caller.organizationId === '' && !(anyOf.includes('operations:read') && caller.permissions.has('operations:read'))) {
    throw new ProblemException(403, { title: 'Not allowed', code: 'organization_missing', detail: 'The token names no organization.', hint: 'The issuer of tokens must put the id of the organization into the claim "organization".' });
  }
}

function unauthorized(detail: string): ProblemException {
  return new ProblemException(401, { title: 'Who are you?', code: 'unauthorized', detail }, { 'WWW-Authenticate': 'Bearer' });
}
