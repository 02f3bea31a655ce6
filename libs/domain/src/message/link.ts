/** Links of a message lead to the console or to what the issue itself declares, over http or https only. */

const URL_MAX = 3000;
const HTTP = /^https?:\/\//i;
/** A name or an IPv6 address, and a port. */
const HOST = /^(?:[\p{L}\p{M}\p{N}_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/iu;

/**
 * The address in a form that cannot end a link early; undefined when it is none that may be followed. Something else than a
 * host in the place of the host is refused: `https://github.com@evil.test` reads as another place than it leads to.
 */
export function safeUrl(address: string | undefined): string | undefined {
  if (address === undefined || !HTTP.test(address) || !HOST.test(hostOf(address))) return undefined;
  if (/[\u0000-\u001F\u007F\u202A-\u202E\u2066-\u2069]/.test(address) || /\p{Surrogate}/u.test(address)) return undefined;
  const url = address.trim().replace(/[\s<>|"\\^`{}]/g, encodeURIComponent);
  return url.length <= URL_MAX ? url : undefined;
}

/** What stands between `//` and the path, port included. */
export function hostOf(url: string): string {
  return /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '';
}

const ID_MAX = 128;

/** The page of an issue in the console. */
export function issueLink(consoleUrl: string, issueId: string): string {
  return `${consoleUrl.replace(/\/+$/, '')}/issues/${encodeURIComponent(issueId.slice(0, ID_MAX).replace(/\p{Surrogate}/gu, '\uFFFD'))}`;
}
