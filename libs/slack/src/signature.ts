/** Whether a request really comes from Slack: its signature over the raw body, and its age. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Older requests may be replays. */
const SIGNATURE_AGE_SECONDS = 300;

export interface SignedRequest {
  signingSecret: string;
  /** Header `X-Slack-Request-Timestamp`: seconds since 1970. */
  timestamp: string | undefined;
  /** Header `X-Slack-Signature`: `v0=` and hex. */
  signature: string | undefined;
  /** The bytes as they came, before anybody parsed them. */
  rawBody: Buffer;
  /** Seconds since 1970. */
  now: number;
}

/** @see https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function isSignedBySlack({ signingSecret, timestamp, signature, rawBody, now }: SignedRequest): boolean {
  if (signingSecret === '' || timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp)) > SIGNATURE_AGE_SECONDS) return false;
  const expected = Buffer.from(slackSignature(signingSecret, timestamp, rawBody));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The signature that Slack would send: `v0=` and the hex HMAC-SHA256 of `v0:timestamp:body`. */
export function slackSignature(signingSecret: string, timestamp: string, rawBody: Buffer): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(rawBody).digest('hex')}`;
}
