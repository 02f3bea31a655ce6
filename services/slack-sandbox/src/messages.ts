/** The messages that were posted. A `ts` is unique in the whole sandbox and always grows, so it orders messages too. */

export interface Message {
  channel: string;
  ts: string;
  thread_ts?: string;
  /** The reply is shown in the channel too. */
  broadcast?: boolean;
  text: string;
  blocks?: unknown[];
  attachments?: Record<string, unknown>[];
  metadata?: unknown;
  /** The bot's user id. */
  user: string;
  botId: string;
  /** How often it was changed by chat.update. */
  updates: number;
  /** RFC 3339. */
  receivedAt: string;
}

/** The order of posting. */
export function byTs(a: Message, b: Message): number {
  return a.ts < b.ts ? -1 : 1;
}

export class Messages {
  private readonly byChannel = new Map<string, Map<string, Message>>();
  private lastMicros = 0;

  constructor(private readonly now: () => number) {}

  /** Stores a message under a fresh `ts`. */
  add(draft: Omit<Message, 'ts' | 'updates' | 'receivedAt'>): Message {
    const message: Message = { ...draft, ts: this.nextTs(), updates: 0, receivedAt: new Date(this.now()).toISOString() };
    const channel = this.byChannel.get(message.channel) ?? new Map<string, Message>();
    this.byChannel.set(message.channel, channel.set(message.ts, message));
    return message;
  }

  get(channel: string, ts: string): Message | undefined {
    return this.byChannel.get(channel)?.get(ts);
  }

  replace(message: Message): void {
    this.byChannel.get(message.channel)?.set(message.ts, message);
  }

  remove(channel: string, ts: string): void {
    this.byChannel.get(channel)?.delete(ts);
  }

  /** Oldest first; of one channel, or of all in the order of posting. */
  list(channel?: string): Message[] {
    if (channel !== undefined) return [...(this.byChannel.get(channel)?.values() ?? [])];
    return [...this.byChannel.values()].flatMap((messages) => [...messages.values()]).sort(byTs);
  }

  count(channel: string): number {
    return this.byChannel.get(channel)?.size ?? 0;
  }

  clear(): void {
    this.byChannel.clear();
  }

  private nextTs(): string {
    this.lastMicros = Math.max(this.lastMicros + 1, this.now() * 1000);
    return `${Math.floor(this.lastMicros / 1e6)}.${String(this.lastMicros % 1e6).padStart(6, '0')}`;
  }
}
