/** The running product as a caller meets it: one address, a bearer token, JSON. */

export interface Product {
  /** The front: everything behind one port. */
  url: string;
  sandboxUrl: string;
  token: (user: string, organization?: string, roles?: readonly string[]) => Promise<string>;
  /** Publishes a command as another internal service would; where there is a broker for it. */
  publishCommand?: (body: string, messageId: string) => Promise<void>;
  stop: () => Promise<void>;
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface CallOptions {
  body?: unknown;
  /** Sent as it is, instead of `body` as JSON. */
  raw?: Uint8Array | string;
  headers?: Record<string, string>;
}

/** A caller with a token of its own. */
export class Caller {
  constructor(
    private readonly product: Product,
    private readonly token: string,
  ) {}

  get<T>(path: string, options?: CallOptions): Promise<Answer<T>> {
    return this.call('GET', path, options);
  }

  post<T>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>> {
    return this.call('POST', path, { body, ...(headers && { headers }) });
  }

  async call<T>(method: string, path: string, { body, raw, headers }: CallOptions = {}): Promise<Answer<T>> {
    const response = await fetch(`${this.product.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(raw !== undefined ? { body: raw } : body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }
}

export interface SandboxMessage {
  channel: string;
  ts: string;
  thread_ts?: string;
  text: string;
  blocks?: object[];
  attachments?: object[];
}

/** What arrived in a channel of the sandbox, by the channel's id or name. */
export async function messagesIn(product: Product, channel: string): Promise<SandboxMessage[]> {
  const response = await fetch(`${product.sandboxUrl}/sandbox/messages?channel=${encodeURIComponent(channel)}`);
  return ((await response.json()) as { items: SandboxMessage[] }).items;
}
