/**
 * Idempotency-Key: the same key with the same body is answered as the first time, with another body refused. The key is
 * written in the transaction of the effect, so a double click waits for the first one and a crash leaves both or neither.
 */
import { createHash } from 'node:crypto';

import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { EntityManager, QueryRunner } from 'typeorm';

import { callerOf } from '../auth/caller.js';
import { Outbox } from '../outbox/outbox.js';
import { badRequest, ProblemException } from './problem.exception.js';

export interface IdempotentCall {
  organizationId: string;
  /** Method and path. */
  route: string;
  key: string | undefined;
  bodyHash: string;
  /** W3C trace context that the request came with. */
  traceparent?: string | undefined;
  response: Response;
}

export interface Answer<T> {
  status: number;
  body: T;
}

const Call = createParamDecorator((_: unknown, context: ExecutionContext): IdempotentCall => {
  const http = context.switchToHttp();
  const request = http.getRequest<Request>();
  const key = request.get('idempotency-key');
  if (key !== undefined && (key.length === 0 || key.length > 255)) {
    throw badRequest('The Idempotency-Key is not valid.', [{ header: 'Idempotency-Key', code: 'length', message: 'must have 1 to 255 characters' }]);
  }
  return {
    organizationId: callerOf(request).organizationId,
    route: `${request.method} ${request.path}`,
    key,
    bodyHash: createHash('sha256').update(JSON.stringify(request.body ?? null)).digest('hex'),
    traceparent: request.get('traceparent'),
    response: http.getResponse<Response>(),
  };
});

/** Injects what {@link Idempotency.run} needs to know of the request, and documents its header. */
export function IdempotentRequest(): ParameterDecorator {
  return (controller, method, index) => {
    Call()(controller, method, index);
    const handler = method === undefined ? undefined : Object.getOwnPropertyDescriptor(controller, method);
    if (method === undefined || !handler) return;
    ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key with the same body is answered as the first time, for 24 hours.', schema: { type: 'string', minLength: 1, maxLength: 255 } })(
      controller, method, handler,
    );
  };
}

/** Part of a service's first migration. The body is `json`, which keeps the order of fields: a replay is the same answer to the byte. */
export async function createIdempotencyTable(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table idempotency_keys (
      organization_id text not null, route text not null, key text not null,
      body_hash text not null, status int, body json, created_at timestamptz not null default now(),
      primary key (organization_id, route, key));
    create index idempotency_keys_created_at on idempotency_keys (created_at)`);
}

@Injectable()
export class Idempotency {
  constructor(private readonly outbox: Outbox) {}

  /**
   * The answer that the key was given already, for routes that ask somebody else before they begin their transaction: a
   * repeated request is answered without asking again. Undefined = go on with {@link run}.
   */
  async replay<T>(call: IdempotentCall): Promise<{ body: T } | undefined> {
    const { key } = call;
    if (key === undefined) return undefined;
    const answer = await this.outbox.transaction((tx) => earlierAnswer<T>(tx, call, key));
    if (!answer) return undefined;
    call.response.set('Idempotency-Replayed', 'true');
    call.response.status(answer.status);
    return { body: answer.body };
  }

  /** Does `work` once per key, in one transaction, and sets the answer's status and headers. */
  async run<T>(call: IdempotentCall, work: (tx: EntityManager) => Promise<Answer<T>>): Promise<T> {
    const { answer, replayed } = await this.outbox.transaction(async (tx) => {
      if (call.key === undefined) return { answer: await work(tx), replayed: false };
      const earlier = await reserve<T>(tx, call, call.key);
      if (earlier) return { answer: earlier, replayed: true };
      const fresh = await work(tx);
      await tx.query('update idempotency_keys set status = $4, body = $5 where organization_id = $1 and route = $2 and key = $3', [
        call.organizationId, call.route, call.key, fresh.status, JSON.stringify(fresh.body ?? null),
      ]);
      return { answer: fresh, replayed: false };
    }, call.traceparent);
    if (replayed) call.response.set('Idempotency-Replayed', 'true');
    call.response.status(answer.status);
    return answer.body;
  }
}

/** Takes the key, waiting for a transaction that holds it; the earlier answer when it was used within the last 24 hours. */
async function reserve<T>(tx: EntityManager, call: IdempotentCall, key: string): Promise<Answer<T> | undefined> {
  const id = [call.organizationId, call.route, key];
  await tx.query(`delete from idempotency_keys where organization_id = $1 and route = $2 and key = $3 and created_at < now() - interval '24 hours'`, id);
  const taken = await tx.query<unknown[]>('insert into idempotency_keys (organization_id, route, key, body_hash) values ($1, $2, $3, $4) on conflict do nothing returning key', [...id, call.bodyHash]);
  return taken.length > 0 ? undefined : earlierAnswer<T>(tx, call, key);
}

/** @throws ProblemException 409 when the key came with another body */
async function earlierAnswer<T>(tx: EntityManager, call: IdempotentCall, key: string): Promise<Answer<T> | undefined> {
  const [earlier] = await tx.query<{ body_hash: string; status: number; body: T }[]>(
    `select body_hash, status, body from idempotency_keys where organization_id = $1 and route = $2 and key = $3 and created_at >= now() - interval '24 hours'`,
    [call.organizationId, call.route, key],
  );
  if (!earlier) return undefined;
  if (earlier.body_hash !== call.bodyHash) {
    throw new ProblemException(409, {
      title: 'The key was used before',
      code: 'idempotency_key_reused',
      detail: 'This Idempotency-Key came with another body earlier.',
      errors: [{ header: 'Idempotency-Key', code: 'reused', message: 'use a new key for a new request' }],
    });
  }
  return { status: earlier.status, body: earlier.body };
}
