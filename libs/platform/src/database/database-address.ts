/** The parts of a PostgreSQL address that may be shown, and what each connection of a pool of ours begins with. Passwords are never shown. */

export interface DatabaseAddress {
  /** Without a search path that would overrule ours. */
  url: string;
  /** `host:port`. */
  server: string;
  database: string;
  user: string;
  /** `options` of the address, kept. */
  options: string;
}

/** @throws Error with one sentence when `url` is not an address of a PostgreSQL database */
export function parseDatabaseAddress(url: string): DatabaseAddress {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Error('DATABASE_URL is not an address of the form postgres://user:password@host:5432/database.');
  }
  const parsed = new URL(url);
  const options = parsed.searchParams.get('options') ?? '';
  parsed.searchParams.delete('options');
  const user = decodeURIComponent(parsed.username) || 'postgres';
  return {
    url: parsed.href,
    server: `${parsed.hostname || 'localhost'}:${parsed.port || '5432'}`,
    database: decodeURIComponent(parsed.pathname.slice(1)) || user,
    user,
    options,
  };
}

/**
 * Start-up options that make every connection of a pool see `schema` first. A client that vanished or stands still keeps its
 * locks no longer than this: the server ends a transaction that asks nothing for `idleInTransactionMs`, and a connection
 * whose host does not answer after 30 s of silence, three times, 10 s apart. Except for the schema, `options` goes before it.
 */
export function sessionOptions(schema: string, options: string, idleInTransactionMs: number): string {
  const limits = { idle_in_transaction_session_timeout: idleInTransactionMs, tcp_keepalives_idle: 30, tcp_keepalives_interval: 10, tcp_keepalives_count: 3 };
  const ours = Object.entries(limits).map(([name, value]) => `-c ${name}=${value}`);
  return [...ours, options, `-c search_path=${schema},public`].filter(Boolean).join(' ');
}
