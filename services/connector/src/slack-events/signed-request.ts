/** Reads a request of Slack's: the raw bytes first, their signature next, and only then what they say. */
import type { Request } from 'express';

import { ProblemException } from '@tocsin/platform';
import { isSignedBySlack } from '@tocsin/slack';

const LIMIT_BYTES = 1024 * 1024;

/** @throws ProblemException 401 when Slack did not sign it with our secret, or too long ago; 413 when it is too large */
export async function signedBody(request: Request, signingSecret: string): Promise<Buffer> {
  const rawBody = await readBody(request);
  const [timestamp, signature] = [request.get('x-slack-request-timestamp'), request.get('x-slack-signature')];
  if (isSignedBySlack({ signingSecret, timestamp, signature, rawBody, now: Math.floor(Date.now() / 1000) })) return rawBody;
  throw new ProblemException(401, {
    title: 'Not signed by Slack',
    code: 'bad_signature',
    detail: 'The request is not signed with the signing secret of the published app, or is older than five minutes.',
    hint: 'Set SLACK_SIGNING_SECRET to the Signing Secret in Basic Information of the Slack app, and check the clock.',
  });
}

async function readBody(request: Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LIMIT_BYTES) throw new ProblemException(413, { title: 'Too large', code: 'too_large', detail: `The body is larger than ${LIMIT_BYTES} bytes.` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
