/** Answers that never end by themselves: they are ended when the service stops, so that it need not wait for their readers to leave. */
import { Injectable } from '@nestjs/common';

@Injectable()
export class OpenStreams {
  private readonly ends = new Set<() => void>();
  private stopping = false;

  /** @param end ends the answer. @returns what forgets it, once it has ended */
  add(end: () => void): () => void {
    if (this.stopping) end();
    else this.ends.add(end);
    return () => {
      this.ends.delete(end);
    };
  }

  /** Ends all, and from now on each as it begins. */
  endAll(): void {
    this.stopping = true;
    for (const end of this.ends) end();
    this.ends.clear();
  }
}
