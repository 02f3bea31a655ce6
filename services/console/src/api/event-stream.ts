/**
 * Server-sent events over fetch, which can carry a bearer token where EventSource cannot. A stream that ends is opened
 * again after a while that grows, from where it was; silence counts as an end, as the server says
 * something every 15 seconds.
 */
import { session } from '../session/session.js';
import { EventStreamParser, type StreamEvent } from './event-stream-parser.js';

const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export interface StreamListener {
  onOpen: () => void;
  onEvent: (event: StreamEvent) => void;
  onDown: () => void;
}

/** @returns what ends it */
export function followEvents(path: string, listener: StreamListener): () => void {
  const stopped = new AbortController();
  void keepOpen(path, listener, stopped.signal);
  return () => { stopped.abort(); };
}

async function keepOpen(path: string, listener: StreamListener, signal: AbortSignal): Promise<void> {
  const place = { lastId: '' };
  let waitMs = FIRST_WAIT_MS;
  const heard: StreamListener = {
    ...listener,
    onOpen: () => { waitMs = FIRST_WAIT_MS; listener.onOpen(); },
  };
  while (!signal.aborted) {
    try {
      await listenOnce(path, place, heard, signal);
    } catch {
      // away, refused or silent: it is tried again, and the list is asked meanwhile
    }
    if (!hasStopped(signal)) listener.onDown();
    await pause(waitMs, signal);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}

function hasStopped({ aborted }: AbortSignal): boolean {
  return aborted;
}

/** @param place from where to go on; moved with what is heard */
async function listenOnce(path: string, place: { lastId: string }, listener: StreamListener, signal: AbortSignal): Promise<void> {
  const silence = new AbortController();
  const token = session.token();
  const response = await fetch(path, {
    headers: {
      accept: 'text/event-stream',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(place.lastId !== '' && { 'last-event-id': place.lastId }),
    },
    signal: AbortSignal.any([signal, silence.signal]),
  });
  if (response.status === 401 && token !== undefined) session.expire(token);
  if (!response.ok || !response.body) throw new Error(`no stream: ${response.status}`);
  listener.onOpen();
  const parser = new EventStreamParser(place.lastId);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let watch = setTimeout(() => { silence.abort(); }, SILENCE_MS);
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      clearTimeout(watch);
      watch = setTimeout(() => { silence.abort(); }, SILENCE_MS);
      for (const event of parser.push(chunk.value)) listener.onEvent(event);
      place.lastId = parser.lastId;
    }
  } finally {
    clearTimeout(watch);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
