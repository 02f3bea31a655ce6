/**
 * What a call to Slack comes to: a value or a failure of domain's families, never an exception. An answer that says
 * `ok` but lacks what Slack always says counts as unreadable: something else may have answered.
 */
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError, type WebAPICallResult } from '@slack/web-api';

import { cleanLine, defect, failureOfCode, failureOfStatus, noAnswer, notSent, tooFast, unreadableAnswer, type SlackFailure } from '@tocsin/domain';

import { TransportError, type Reply } from './slack-transport.js';

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

/** As {@link answerOf}, for an answer as it came over the network; scopes are not looked for. */
export async function answerOfReply<T>(call: () => Promise<Reply>, read: (result: object) => T | undefined): Promise<SlackAnswer<T>> {
  try {
    const { status, headers, text } = await call();
    const retryAfter = secondsOf(headers['retry-after']);
    if (status === 429) return { ok: false, failure: tooFast(retryAfter) };
    if (status !== 200) return { ok: false, failure: failureOfStatus(status) };
    const result = objectOf(text);
    if (result?.ok !== true) return { ok: false, failure: result?.ok === false ? failureOfPlatformError(result, retryAfter) : unreadableAnswer() };
    const value = read(result);
    return value === undefined ? { ok: false, failure: unreadableAnswer() } : { ok: true, value };
  } catch (error) {
    return { ok: false, failure: error instanceof TransportError ? failureOfTransport(error) : defect(error) };
  }
}

/** @returns undefined for a header that is missing or holds no number */
function secondsOf(header: string | string[] | undefined): number | undefined {
  const seconds = Number.parseInt(String(header), 10);
  return Number.isNaN(seconds) ? undefined : Math.max(1, seconds);
}

/** @returns undefined for what is no JSON object */
function objectOf(text: string): (ErrorData & { ok?: unknown }) | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function failureOfTransport({ written, reason }: TransportError): SlackFailure {
  return written ? noAnswer(reason) : notSent(reason);
}

function failureOf(error: unknown): SlackFailure {
  if (error instanceof WebAPIPlatformError) return failureOfPlatformError(error.data, (error.data as ErrorData).response_metadata?.retryAfter);
  if (error instanceof WebAPIRateLimitedError) return tooFast(Math.max(1, error.retryAfter));
  if (error instanceof WebAPIHTTPError) return failureOfStatus(error.statusCode);
  if (error instanceof WebAPIRequestError && error.original instanceof TransportError) return failureOfTransport(error.original);
  return defect(error);
}

const LINE_MAX = 1000;

/** Slack's answer with `ok: false`. Every field comes from outside. */
interface ErrorData {
  error?: unknown;
  needed?: unknown;
  provided?: unknown;
  errors?: unknown;
  response_metadata?: { messages?: unknown; retryAfter?: number };
}

function failureOfPlatformError({ error, needed, provided, errors, response_metadata }: ErrorData, retryAfterSeconds: number | undefined): SlackFailure {
  if (typeof error !== 'string') return unreadableAnswer();
  return failureOfCode(error, { needed: text(needed), provided: text(provided), retryAfterSeconds, details: [...lines(errors), ...lines(response_metadata?.messages)] });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? storable(value) : undefined;
}

function lines(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((line): line is string => typeof line === 'string').slice(0, 10).map(storable) : [];
}

/** What cannot be kept would keep a message from its end. */
function storable(line: string): string {
  return cleanLine(line.slice(0, LINE_MAX));
}
