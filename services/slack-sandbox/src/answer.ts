/**
 * What a Web API method says back. A refusal is a value, as it is on the wire: HTTP 200 with `ok: false` and a code.
 * `retryAfter` never reaches the body: it turns the refusal into HTTP 429 with a header.
 */

export interface Success {
  ok: true;
  [field: string]: unknown;
}

export interface Refusal {
  ok: false;
  error: string;
  /** Whole seconds; the answer becomes HTTP 429. */
  retryAfter?: number;
  [field: string]: unknown;
}

export type Answer = Success | Refusal;

/** What Slack answers when it did as asked. */
export function accept(fields: Record<string, unknown> = {}): Success {
  return { ok: true, ...fields };
}

/** What Slack answers when it will not, with its code. */
export function refuse(error: string, details: Record<string, unknown> = {}): Refusal {
  return { ok: false, error, ...details };
}

/** Refused by a rate limit, to be tried again after `seconds`. */
export function limited(seconds: number): Refusal {
  return { ok: false, error: 'ratelimited', retryAfter: seconds };
}

/** Refused because of one argument, with the text that Slack puts beside `invalid_arguments`. */
export function invalidArgument(pointer: string, message: string): Refusal {
  return refuse('invalid_arguments', { response_metadata: { messages: [`[ERROR] ${message} [json-pointer:${pointer}]`] } });
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
}
