/** The text of an event stream (HTML standard, 9.2.6) into events, however it was cut on its way. */

export interface StreamEvent {
  /** `message` where the stream does not name it. */
  event: string;
  data: string;
  /** Of the last event that had one. */
  id: string;
}

export class EventStreamParser {
  private rest = '';
  private event = '';
  private data: string[] = [];
  private id: string;

  /** @param seen from where whoever comes back goes on: moved by what is complete only, be it an event or a comment with an id */
  constructor(private seen = '') {
    this.id = seen;
  }

  get lastId(): string {
    return this.seen;
  }

  /** @returns the events that are complete with this text */
  push(text: string): StreamEvent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.take(line));
  }

  private take(line: string): StreamEvent[] {
    if (line === '') return this.end();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.event = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    return [];
  }

  /** An event without data tells nothing, but keeps its id. */
  private end(): StreamEvent[] {
    const { event, data, id } = this;
    this.event = '';
    this.data = [];
    this.seen = id;
    return data.length === 0 ? [] : [{ event: event === '' ? 'message' : event, data: data.join('\n'), id }];
  }
}
