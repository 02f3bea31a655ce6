/**
 * Reads the JSON body of a request. A guard, because it has its place among them: after the one who asks who is calling, so
 * that nobody makes us read or parse who may not, and before those that look at what was sent.
 */
import { SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { json, type Request, type Response } from 'express';

const READS_BODY = Symbol('reads body');
const LIMIT_BYTES = 5 * 1024 * 1024;

const readJson = json({ limit: LIMIT_BYTES, type: ['application/json', 'application/*+json'] });

/** The route reads the body by itself, as a stream: for signatures, and for what is larger than others may send. */
export function ReadsBody(): MethodDecorator & ClassDecorator {
  return SetMetadata(READS_BODY, true);
}

export class BodyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws what the parser says of a body that cannot be read */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<true | undefined>(READS_BODY, [context.getHandler(), context.getClass()])) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    await new Promise<void>((resolve, reject) => {
      readJson(request, http.getResponse<Response>(), (error?: Error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    if (!hasBody(request)) request.body = {};
    return true;
  }
}

/** Whether anything was sent, of whatever type. */
function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
