/** A field that a route does not know is an error, also where the route knows none: it must not be ignored silently. */
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import { ACCESS, type Access } from '../auth/access.js';
import { takesBody } from '../service/routes.js';
import { pointerPart } from './contract.pipe.js';
import { badRequest } from './problem.exception.js';

export class StrayBodyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const access = this.reflector.getAllAndOverride<Access>(ACCESS, [context.getHandler(), context.getClass()]);
    if (access.kind !== 'permissions' || takesBody(context.getClass(), context.getHandler().name)) return true; // who takes one has it checked by its contract
    const body: unknown = context.switchToHttp().getRequest<Request>().body;
    if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return true; // none, or not read here
    if (Array.isArray(body)) throw badRequest('The body is not valid.', [{ pointer: '', code: 'wrong_type', message: 'must be left out, or an empty JSON object' }]);
    const names = Object.keys(body);
    if (names.length > 0) throw badRequest('The body is not valid.', names.map((name) => ({ pointer: `/${pointerPart(name)}`, code: 'unknown_field', message: `${name} is not a known field` })));
    return true;
  }
}
