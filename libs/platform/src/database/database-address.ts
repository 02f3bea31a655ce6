/** The parts of a PostgreSQL address that may be shown, and the address with a search path of ours. Passwords are never shown. */

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

/** Start-up options that make every connection of a pool see `schema` first. */
export function searchPathOptions(schema: string, options: string): string {
  return `${options} -c search_path=${schema},public`.trim();
}
