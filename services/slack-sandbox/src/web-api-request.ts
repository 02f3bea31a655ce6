/** How a Web API call arrives: query, form or JSON, and the refusals for a body that Slack would not read. */
import type { Request } from 'express';

import { isRecord } from './block-kit/checks.js';
import { Arguments } from './arguments.js';

/** The arguments of a request whose body was read as text; `problem` is Slack's code when it cannot be read. */
export function argumentsOf(request: Request): { args: Arguments; problem?: string } {
  const query = request.query as Record<string, unknown>;
  const body = typeof request.body === 'string' ? request.body : '';
  if (body === '') return { args: new Arguments(query) };
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === '') return { args: new Arguments(query), problem: 'missing_post_type' };
  if (type === 'application/x-www-form-urlencoded') return { args: new Arguments({ ...query, ...Object.fromEntries(new URLSearchParams(body)) }) };
  if (type !== 'application/json') return { args: new Arguments(query), problem: 'invalid_post_type' };
  try {
    const value = JSON.parse(body) as unknown;
    return isRecord(value) ? { args: new Arguments({ ...query, ...value }) } : { args: new Arguments(query), problem: 'json_not_object' };
  } catch {
    return { args: new Arguments(query), problem: 'invalid_json' };
  }
}

/** The token of an `Authorization` header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
}
