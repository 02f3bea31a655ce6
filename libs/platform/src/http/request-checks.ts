/** What a request passes before its route. Not what a message does: who may say it, and whether it is valid, the bus finds out itself. */
import type { CanActivate, ExecutionContext, PipeTransform, Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import { ACCESS, type Access } from '../auth/access.js';
import { pointerPart } from './contract.pipe.js';
import { badRequest } from './problem.exception.js';

export class RequestChecks {
  readonly guards: readonly CanActivate[];

  constructor(
    guards: readonly CanActivate[],
    readonly pipes: readonly PipeTransform[],
  ) {
    this.guards = [...guards, new StrayBodyGuard()];
  }
}

/** Nest's number for a parameter that is the body. */
const BODY_PARAMETER = 3;

/** A field that a route does not know is an error, also where the route knows none. Who takes a body has it checked by its contract. */
class StrayBodyGuard implements CanActivate {
  private readonly reflector = new Reflector();

  canActivate(context: ExecutionContext): boolean {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [context.getHandler(), context.getClass()]);
    if (access?.kind !== 'permissions' || takesBody(context.getClass(), context.getHandler().name)) return true;
    const body: unknown = context.switchToHttp().getRequest<Request>().body;
    if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return true; // none, or not read here
    if (Array.isArray(body)) throw badRequest('The body is not valid.', [{ pointer: '', code: 'wrong_type', message: 'must be left out, or an empty JSON object' }]);
    const names = Object.keys(body);
    if (names.length > 0) throw badRequest('The body is not valid.', names.map((name) => ({ pointer: `/${pointerPart(name)}`, code: 'unknown_field', message: `${name} is not a known field` })));
    return true;
  }
}

function takesBody(controller: Type, method: string): boolean {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<string, unknown>;
  return Object.keys(parameters).some((key) => key.startsWith(`${BODY_PARAMETER}:`));
}
