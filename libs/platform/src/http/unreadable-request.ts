/**
 * What Node cannot read as a request reaches no route: it is answered here, with problem details like everything else, and
 * the connection ends, since nobody knows where the next request would begin.
 */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Problem } from '@tocsin/contracts';

type Told = Pick<Problem, 'status' | 'title' | 'detail'> & { code: string };

const TOLD: Readonly<Record<string, Told>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'headers_too_large', title: 'Too large', detail: 'The address and the headers together are too large.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'too_large', title: 'Too large', detail: 'The extensions of the chunks of the body are too large.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'too_slow', title: 'Too slow', detail: 'The request did not come in time.' },
};
const NOT_HTTP: Told = { status: 400, code: 'not_http', title: 'The request is not valid', detail: 'This is no request that HTTP/1.1 knows.' };

/** Listener for a server's `clientError`. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  const begun = (socket as Duplex & { _httpMessage?: ServerResponse | null })._httpMessage?.headersSent ?? false; // as Node itself finds out that half an answer is on its way
  if (begun || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { code, ...told } = TOLD[error.code ?? ''] ?? NOT_HTTP;
  const requestId = randomUUID();
  const problem: Problem = { type: `urn:tocsin:problem:${code}`, ...told, instance: '/', requestId };
  const body = JSON.stringify(problem);
  socket.end([
    `HTTP/1.1 ${told.status} ${STATUS_CODES[told.status] ?? ''}`, 'Content-Type: application/problem+json', `Content-Length: ${Buffer.byteLength(body)}`, `X-Request-Id: ${requestId}`, 'Connection: close', '', body,
  ].join('\r\n'));
}
