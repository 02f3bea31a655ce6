/**
 * Collects what arrives within a moment, or while another batch is in work, and hands it over as one batch; each caller
 * waits for the batch that holds its item. If a batch fails, its items are tried one by one, so that one bad item fails alone.
 */
export class Batcher<T, R = void> {
  private pending: { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }[] = [];
  private running = false;

  constructor(
    private readonly process: (items: readonly T[]) => Promise<R>,
    private readonly limit: number,
    /** How long the first item of a batch waits for others, milliseconds. */
    private readonly momentMs: number,
  ) {}

  /** Resolves with the result of the item's batch. */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.pending.push({ item, resolve, reject });
      if (!this.running) {
        this.running = true;
        setTimeout(() => void this.run(), this.momentMs);
      }
    });
  }

  private async run(): Promise<void> {
    while (this.pending.length > 0) {
      const batch = this.pending.splice(0, this.limit);
      try {
        const result = await this.process(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve(result);
      } catch (error) {
        if (batch.length === 1) batch[0]?.reject(error);
        else await this.runSingly(batch);
      }
    }
    this.running = false;
  }

  private async runSingly(batch: typeof this.pending): Promise<void> {
    for (const { item, resolve, reject } of batch) {
      await this.process([item]).then(resolve, reject);
    }
  }
}
