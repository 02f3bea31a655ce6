/**
 * Reads the JSON body of a request. A guard, because it has its place among them: after the one who asks who is calling, so
 * that nobody makes us read or parse who may not, and before those that look at what was sent.
 */
import { SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { json, type Request, type Response } from 'express';

import { tooDeep } from './depth.js';
import { badRequest, ProblemException } from './problem.exception.js';
import { tooMany } from './quantity.js';

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
        if (error) reject(asOfEncoding(error, request.get('content-encoding') ?? 'identity'));
        else resolve();
      });
    });
    if (!hasBody(request)) request.body = {};
    const unwieldy = tooDeep(request.body) ?? tooMany(request.body); // before anybody looks at it, be it to know it again by its hash
    if (unwieldy) throw badRequest(`The body ${unwieldy.message}.`, [unwieldy]);
    return true;
  }
}

/** The parser says of everything but what a decompressor answered which type of error it is. */
function asOfEncoding(error: Error & { type?: unknown }, encoding: string): Error {
  if (error.type === 'encoding.unsupported') {
    return new ProblemException(415, {
      title: 'The encoding is not understood', code: 'unsupported_encoding', detail: `Content-Encoding "${encoding}" is not understood.`,
      errors: [{ header: 'Content-Encoding', code: 'unsupported', message: 'use gzip, deflate, br or none' }],
    });
  }
  if (error.type !== undefined || encoding.toLowerCase() === 'identity') return error;
  return badRequest('The body cannot be decompressed.', [{ header: 'Content-Encoding', code: 'corrupt_encoding', message: `the body must be ${encoding} from its beginning to its end, or this header left out` }]);
}

/** Whether anything was sent, of whatever type. */
function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
