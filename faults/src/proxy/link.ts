/**
 * One TCP link that can be broken in every way that a network can break: refused, reset, cut after some bytes, silent, slow,
 * dead without a word, dead on one side only.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface LinkMode {
  /** Nobody listens: connecting is refused. */
  refuse?: boolean;
  /** Connecting works, then the connection is reset. */
  reset?: boolean;
  /** Connecting works, and nothing is ever heard. */
  silent?: boolean;
  /** Nothing passes in either direction, on old connections and new ones; nobody is told. */
  blackHole?: boolean;
  /** Milliseconds by which everything is late, in each direction. */
  latencyMs?: number;
  /** Each new connection is reset after so many bytes to the server (`up`) or from it (`down`). */
  cutAfter?: { bytes: number; direction: 'up' | 'down' };
}

interface Pair {
  client: Socket;
  server: Socket | undefined;
}

export class Link {
  private mode: LinkMode = {};
  private listener: Server | undefined;
  private readonly pairs = new Set<Pair>();
  private ownPort = 0;
  /** Connections that were opened in all. */
  accepted = 0;

  constructor(private readonly target: { host: string; port: number }) {}

  get port(): number {
    return this.ownPort;
  }

  get open(): number {
    return this.pairs.size;
  }

  async listen(): Promise<void> {
    const listener = createServer({ noDelay: true }, (client) => { this.take(client); });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(this.ownPort, '127.0.0.1', resolve);
    });
    this.ownPort = (listener.address() as AddressInfo).port;
    this.listener = listener;
  }

  /** Replaces the mode; `{}` = everything passes. What a black hole held back passes afterwards, as with real packets. */
  async setMode(mode: LinkMode): Promise<void> {
    this.mode = mode;
    if (mode.refuse === true) this.close();
    else if (this.listener === undefined) await this.listen();
    for (const { client, server } of this.pairs) {
      for (const socket of [client, server]) {
        if (mode.blackHole === true) socket?.pause();
        else socket?.resume();
      }
    }
  }

  /** Resets every connection of this moment. */
  cut(): void {
    for (const { client, server } of [...this.pairs]) {
      reset(client);
      if (server !== undefined) reset(server);
    }
    this.pairs.clear();
  }

  /** Ends the server's side and leaves the client's side standing, deaf and dumb. */
  halfOpen(): void {
    for (const pair of this.pairs) {
      pair.server?.removeAllListeners('close');
      pair.server?.destroy();
      pair.client.pause();
    }
  }

  close(): void {
    this.listener?.close();
    this.listener = undefined;
    this.cut();
  }

  private take(client: Socket): void {
    this.accepted += 1;
    client.on('error', () => undefined);
    if (this.mode.reset === true) {
      reset(client);
      return;
    }
    const pair: Pair = { client, server: undefined };
    this.pairs.add(pair);
    client.once('close', () => { this.pairs.delete(pair); });
    if (this.mode.silent === true || this.mode.blackHole === true) {
      client.pause();
      return;
    }
    const server = connect({ ...this.target, noDelay: true });
    pair.server = server;
    server.on('error', () => undefined);
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
    this.forward(client, server, 'up');
    this.forward(server, client, 'down');
  }

  private forward(from: Socket, to: Socket, direction: 'up' | 'down'): void {
    const { cutAfter } = this.mode;
    let left = cutAfter?.direction === direction ? cutAfter.bytes : Infinity;
    from.on('data', (chunk: Buffer) => {
      const passing = chunk.subarray(0, Math.max(0, left));
      left -= chunk.length;
      const pass = (): void => {
        if (to.destroyed || !to.writable) return;
        const isCut = left <= 0;
        const goesOn = to.write(passing, () => {
          if (!isCut) return;
          reset(to);
          reset(from);
        });
        if (goesOn || isCut) return;
        from.pause();
        to.once('drain', () => { if (this.mode.blackHole !== true) from.resume(); });
      };
      const late = this.mode.latencyMs ?? 0;
      if (late > 0) setTimeout(pass, late);
      else pass();
    });
    from.once('end', () => { setTimeout(() => to.end(), this.mode.latencyMs ?? 0); });
  }
}

/** RST at once. `resetAndDestroy()` says goodbye first, and the other side would take it for an orderly end. */
function reset(socket: Socket): void {
  if (!socket.destroyed) Object.assign(socket, { resetAndClosing: true }).destroy();
}
