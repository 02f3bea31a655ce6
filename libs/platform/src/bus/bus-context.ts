/** What a handler may know of the event beside its data; `@Ctx() context: BusContext`. */
export class BusContext {
  /** Event id; with `source` the key for deduplication. */
  readonly id!: string;
  readonly source!: string;
  readonly type!: string;
  /** When it happened, as the producer says; when it came in, where the producer says nothing. */
  readonly time!: Date;
  readonly organizationId: string | undefined;
  /** W3C trace context that it came with, in its envelope or the transport's. */
  readonly traceparent?: string | undefined;
  /** From 1; grows when a handler failed. */
  readonly attempt!: number;
  /** It may have been handed out before. */
  readonly redelivered!: boolean;
  /** The whole event as JSON, where its data is what the handler sees, field for field, and nothing in it cannot be kept: whoever keeps it need not write it anew. */
  readonly json?: Buffer;

  constructor(facts: BusContext) {
    Object.assign(this, facts);
  }
}
