/** A parameter that a route does not know is an error, also where the route knows none: it must not be ignored silently. */
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import { ACCESS, type Access } from '../auth/access.js';
import { takesQuery } from '../service/routes.js';
import { badRequest } from './problem.exception.js';

export class StrayQueryGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const access = this.reflector.getAllAndOverride<Access>(ACCESS, [context.getHandler(), context.getClass()]);
    if (access.kind !== 'permissions' || takesQuery(context.getClass(), context.getHandler().name)) return true; // who takes one has it checked by its contract
    const names = Object.keys(context.switchToHttp().getRequest<Request>().query);
    if (names.length > 0) throw badRequest('The query is not valid.', names.map((parameter) => ({ parameter, code: 'unknown_field', message: `${parameter} is not a known field` })));
    return true;
  }
}
