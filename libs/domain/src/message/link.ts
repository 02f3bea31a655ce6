/** Links of a message lead to the console or to what the issue itself declares, over http or https only. */

const URL_MAX = 3000;
const HTTP = /^https?:\/\/[^/?#\s]+/i;

/** The address in a form that cannot end a link early; undefined when it is none that may be followed. */
export function safeUrl(address: string | undefined): string | undefined {
  if (address === undefined || !HTTP.test(address)) return undefined;
  if (/[\u0000-\u001F\u007F]/.test(address) || /\p{Surrogate}/u.test(address)) return undefined;
  const url = address.trim().replace(/[\s<>|"\\^`{}]/g, encodeURIComponent);
  return url.length <= URL_MAX ? url : undefined;
}

const ID_MAX = 128;

/** The page of an issue in the console. */
export function issueLink(consoleUrl: string, issueId: string): string {
  return `${consoleUrl.replace(/\/+$/, '')}/issues/${encodeURIComponent(issueId.slice(0, ID_MAX).replace(/\p{Surrogate}/gu, '\uFFFD'))}`;
}
