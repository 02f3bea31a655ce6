/**
 * What a call to Slack comes to: a value or a failure of domain's families, never an exception. An answer that says
 * `ok` but lacks what Slack always says counts as unreadable: something else may have answered.
 */
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError, type WebAPICallResult } from '@slack/web-api';

import { defect, failureOfCode, failureOfStatus, noAnswer, notSent, tooFast, unreadableAnswer, type SlackFailure } from '@tocsin/domain';

import { TransportError } from './slack-transport.js';

export type SlackAnswer<T> =
  /** `scopes`: what the token was granted, from `x-oauth-scopes`; undefined where something on the way strips the header. */
  | { ok: true; value: T; scopes?: readonly string[] }
  | { ok: false; failure: SlackFailure };

export interface SlackPage<T> {
  items: T[];
  /** Undefined on the last page. A page may hold fewer items than asked for, even none, and have a next one. */
  nextCursor?: string;
}

/** @param read makes our value of Slack's result; undefined when the result lacks it */
export async function answerOf<R extends WebAPICallResult, T>(call: () => Promise<R>, read: (result: R) => T | undefined): Promise<SlackAnswer<T>> {
  try {
    const result = await call();
    const value = read(result);
    if (value === undefined) return { ok: false, failure: unreadableAnswer() };
    const scopes = result.response_metadata?.scopes?.filter((scope) => scope !== '');
    return { ok: true, value, ...(scopes && { scopes }) };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

function failureOf(error: unknown): SlackFailure {
  if (error instanceof WebAPIPlatformError) return failureOfPlatformError(error.data);
  if (error instanceof WebAPIRateLimitedError) return tooFast(Math.max(1, error.retryAfter));
  if (error instanceof WebAPIHTTPError) return failureOfStatus(error.statusCode);
  if (error instanceof WebAPIRequestError && error.original instanceof TransportError) {
    return error.original.written ? noAnswer(error.original.reason) : notSent(error.original.reason);
  }
  return defect(error instanceof Error ? error.name : 'unknown error');
}

/** Slack's answer with `ok: false`. Every field comes from outside. */
interface ErrorData {
  error?: unknown;
  needed?: unknown;
  provided?: unknown;
  errors?: unknown;
  response_metadata?: { messages?: unknown; retryAfter?: number };
}

function failureOfPlatformError({ error, needed, provided, errors, response_metadata }: ErrorData): SlackFailure {
  if (typeof error !== 'string') return unreadableAnswer();
  return failureOfCode(error, { needed: text(needed), provided: text(provided), retryAfterSeconds: response_metadata?.retryAfter, details: [...lines(errors), ...lines(response_metadata?.messages)] });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function lines(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((line): line is string => typeof line === 'string').slice(0, 10) : [];
}
