/**
 * Reads a body as it streams in and decompresses it, within limits for both sizes: a small body that would become huge is
 * refused while it is read.
 */
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import type { Request } from 'express';

import { badRequest, ProblemException } from '@tocsin/platform';

export interface BodyLimits {
  /** Bytes of a compressed body on the wire. */
  compressed: number;
  /** Bytes of the body itself. */
  plain: number;
}

const GZIP_TYPES = /^application\/(x-)?gzip\b/i;

/** @throws ProblemException 413 beyond a limit, 415 for an encoding that is none of ours, 400 when it cannot be decompressed */
export async function readBody(request: Request, limits: BodyLimits): Promise<Buffer> {
  const encoding = (request.get('content-encoding') ?? 'identity').trim().toLowerCase();
  const zipped = encoding === 'gzip' || encoding === 'x-gzip' || (encoding === 'identity' && GZIP_TYPES.test(request.get('content-type') ?? ''));
  if (!zipped && encoding !== 'identity') throw unsupportedEncoding(encoding);
  const wireLimit = zipped ? limits.compressed : limits.plain;
  if (Number(request.get('content-length') ?? 0) > wireLimit) {
    request.resume();
    throw tooLarge(wireLimit, zipped ? 'compressed body' : 'body');
  }
  // what is not read is drained, not cut: a caller that still sends must be able to read the answer
  const wire = atMost(request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>, wireLimit, zipped ? 'compressed body' : 'body');
  try {
    return await (zipped ? unzip(wire, limits.plain) : collect(wire));
  } catch (error) {
    request.resume();
    if (error instanceof ProblemException) throw error;
    if (request.destroyed && !request.complete) throw badRequest('The body was cut off on its way.', [{ pointer: '', code: 'incomplete', message: 'send it again' }]);
    throw badRequest('The body cannot be decompressed.', [{ header: 'Content-Encoding', code: 'not_gzip', message: 'the body must be gzip, or this header left out' }]);
  }
}

async function unzip(wire: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  return pipeline(wire, createGunzip(), (plain: AsyncIterable<Buffer>) => collect(atMost(plain, limit, 'decompressed body')));
}

async function* atMost(chunks: AsyncIterable<Buffer>, limit: number, what: string): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit, what);
    yield chunk;
  }
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

function tooLarge(limit: number, what: string): ProblemException {
  return new ProblemException(413, { title: 'Too large', code: 'too_large', detail: `The ${what} is larger than ${limit} bytes.`, hint: 'Split it, or leave out what nobody reads.' });
}

function unsupportedEncoding(encoding: string): ProblemException {
  return new ProblemException(415, {
    title: 'The encoding is not understood', code: 'unsupported_encoding', detail: `Content-Encoding "${encoding}" is not understood.`,
    errors: [{ header: 'Content-Encoding', code: 'unsupported', message: 'use gzip or none' }],
  });
}
