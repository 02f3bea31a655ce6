/**
 * One reader's event stream (HTML standard, 9.2). What a slow reader does not take is held up to a limit; beyond it events
 * are left out, and once the reader has caught up it is told to look anew.
 */
import type { Writable } from 'node:stream';

export interface StreamEvent {
  event: string;
  data: string;
  /** From where a reader that has seen it goes on. */
  id: string;
}

/** What an answer over HTTP is to a stream. */
export type StreamResponse = Pick<Writable, 'write' | 'end' | 'destroy' | 'once' | 'writableLength' | 'writableEnded' | 'destroyed'>;

export const HELD_BYTES = 1024 * 1024;
const KEEP_ALIVE_MS = 15_000;
/** A reader that takes nothing for so long is gone, whatever its connection says. */
const STUCK_MS = 60_000;
/** How soon a reader comes back after an end. */
const RETRY_MS = 2000;

export class EventStream {
  private readonly keepAlive: NodeJS.Timeout;
  private stuck: NodeJS.Timeout | undefined;

  /** @param position from where a reader that has everything so far goes on */
  constructor(
    private readonly response: StreamResponse,
    private readonly position: () => string,
  ) {
    this.keepAlive = setInterval(() => { this.write(`: still here\nid: ${position()}\n\n`); }, KEEP_ALIVE_MS);
    response.once('close', () => { this.forget(); });
  }

  begin(): void {
    this.response.write(`retry: ${RETRY_MS}\nid: ${this.position()}\n: begun\n\n`);
  }

  send(events: readonly StreamEvent[]): void {
    this.write(events.map(({ event, data, id }) => `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`).join(''));
  }

  /** Something was missed that is not said again: what is shown must be asked for anew. */
  reset(): void {
    this.send([{ event: 'reset', data: '{}', id: this.position() }]);
  }

  /** Nothing that is sent now reaches the reader: it left, or takes nothing and will be told to look anew. */
  get isOver(): boolean {
    return this.stuck !== undefined || this.response.writableEnded || this.response.destroyed;
  }

  end(): void {
    this.forget();
    if (!this.response.writableEnded) this.response.end();
  }

  private write(text: string): void {
    if (text === '' || this.isOver) return;
    this.response.write(text);
    if (this.response.writableLength <= HELD_BYTES) return;
    this.stuck = setTimeout(() => { this.response.destroy(); }, STUCK_MS);
    this.response.once('drain', () => {
      clearTimeout(this.stuck);
      this.stuck = undefined;
      this.reset();
    });
  }

  private forget(): void {
    clearInterval(this.keepAlive);
    clearTimeout(this.stuck);
  }
}
