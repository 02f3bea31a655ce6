/** Steers the proxy's links by name: `notifier.amqp`, `*.postgres`, `notifier.*`. */
import type { LinkMode } from './link.js';

interface LinkState {
  port: number;
  open: number;
  accepted: number;
}

export class Proxy {
  constructor(private readonly url: string) {}

  async links(): Promise<Record<string, LinkState>> {
    return (await (await fetch(this.url)).json()) as Record<string, LinkState>;
  }

  /** What stays until the next call; `{}` heals. */
  async mode(links: string, mode: LinkMode): Promise<void> {
    await this.post(links, 'mode', mode);
  }

  /** RST on every open connection. */
  async cut(links: string): Promise<void> {
    await this.post(links, 'cut', {});
  }

  async halfOpen(links: string): Promise<void> {
    await this.post(links, 'half-open', {});
  }

  async heal(): Promise<void> {
    await this.mode('*', {});
  }

  private async post(links: string, action: string, body: LinkMode): Promise<void> {
    const response = await fetch(`${this.url}/${encodeURIComponent(links)}/${action}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the proxy refuses: ${await response.text()}`);
  }
}
