/** Reads an event stream as a browser would: over fetch, with a token. */
import type { Delivery } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

export interface ReadEvent {
  event: string;
  id: string;
  data: string;
}

export class EventReader {
  readonly events: ReadEvent[] = [];
  /** Lines that are no events. */
  readonly comments: string[] = [];
  /** Of whatever was said last; what a reader sends to go on from there. */
  lastId = '';
  ended = false;
  private readonly leaving = new AbortController();

  private constructor(readonly response: Response) {
    void this.read();
  }

  static async open(url: string, headers: Record<string, string>): Promise<EventReader> {
    const leaving = new AbortController();
    const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: leaving.signal });
    const reader = new EventReader(response);
    reader.leaving.signal.addEventListener('abort', () => { leaving.abort(); });
    return reader;
  }

  get deliveries(): Delivery[] {
    return this.events.filter(({ event }) => event === 'delivery').map(({ data }) => JSON.parse(data) as Delivery);
  }

  /** The first event about this delivery in this state. */
  async sees(id: string, state: Delivery['state']): Promise<Delivery> {
    return eventually(() => this.deliveries.find((delivery) => delivery.id === id && delivery.state === state));
  }

  leave(): void {
    this.leaving.abort();
  }

  private async read(): Promise<void> {
    let rest = '';
    try {
      for await (const chunk of (this.response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
      }
    } catch {
      // cut, or left: either way it has ended
    }
    this.ended = true;
  }

  private take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) this.comments.push(line);
      else fields.set(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2));
    }
    this.lastId = fields.get('id') ?? this.lastId;
    const data = fields.get('data');
    if (data !== undefined) this.events.push({ event: fields.get('event') ?? 'message', id: this.lastId, data });
  }
}
