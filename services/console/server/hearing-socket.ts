/**
 * A connection that is heard to its end. A server may answer a large body early and hang up: a write fails then, Node gives
 * the connection up with it, and the answer that is already there would be lost.
 */
import { Agent } from 'node:http';
import { Socket, type TcpNetConnectOpts } from 'node:net';

type Written = (error?: Error | null) => void;

export class HearingSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, written: Written): void {
    super._write(chunk, encoding, this.onceHeard(written));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], written: Written): void {
    super._writev?.(chunks, this.onceHeard(written));
  }

  /** A write that failed is told when the other side has been read to its end; reading fails by itself when there is none. */
  private onceHeard(written: Written): Written {
    return (error) => {
      if (error && !this.readableEnded && !this.destroyed) this.once('end', () => { written(error); });
      else written(error);
    };
  }
}

/** Keeps connections of plain HTTP open, each a {@link HearingSocket}. */
export class HearingAgent extends Agent {
  constructor() {
    super({ keepAlive: true });
  }

  override createConnection(options: TcpNetConnectOpts): Socket {
    const socket = new HearingSocket(options);
    if (options.timeout !== undefined) socket.setTimeout(options.timeout);
    return socket.connect(options);
  }
}
