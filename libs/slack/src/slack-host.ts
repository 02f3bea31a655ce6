/**
 * *Slack Host URL*: the address of a workspace, as people paste it. It says which workspace somebody means and is
 * compared with what Slack says of a token; no request is ever sent to it.
 */

export type SlackHost =
  | { ok: true; host: string; url: string }
  /** `suggestion` is an address that may have been meant. */
  | { ok: false; reason: string; suggestion?: string };

const LABEL = '(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const WORKSPACE = new RegExp(`^${LABEL}(?:\\.enterprise)?\\.(?:slack\\.com|slack-gov\\.com)$`);
const BARE_NAME = new RegExp(`^${LABEL}$`);
/** Slack's own hosts, which are no workspaces. */
const NOT_WORKSPACES = new Set(['', 'api', 'app', 'docs', 'enterprise', 'files', 'hooks', 'join', 'my', 'status', 'wss-primary', 'www']);
const SITES = /^(?:(?<label>[^.]+)\.)?(?:slack\.com|slack-gov\.com)$/;

/** @param text such as `acme.slack.com`, `https://acme.slack.com/`, `https://acme.enterprise.slack.com/archives/C1` */
export function parseSlackHost(text: string): SlackHost {
  const trimmed = text.trim();
  if (trimmed === '') return refuse('The address of the workspace is missing.', undefined);
  if (BARE_NAME.test(trimmed.toLowerCase())) return refuse(`"${trimmed}" is a name, not an address.`, `https://${trimmed.toLowerCase()}.slack.com`);
  const url = toUrl(trimmed);
  if (!url) return refuse(`"${trimmed}" is no address.`, undefined);
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  const isWorkspace = WORKSPACE.test(host) && !NOT_WORKSPACES.has(host.split('.')[0] ?? '');
  if (url.protocol !== 'https:') return refuse('Only https addresses are accepted.', isWorkspace ? `https://${host}` : undefined);
  if (url.username !== '' || url.password !== '' || url.port !== '') return refuse('The address must not hold a user, a password or a port.', isWorkspace ? `https://${host}` : undefined);
  if (isSlacksOwn(host)) return refuse(reasonOfSlacksOwn(host), invitedTo(host, url.pathname));
  if (!isWorkspace) return refuse(`${host} is not the address of a Slack workspace; it ends in .slack.com or .slack-gov.com and begins with the workspace’s name.`, undefined);
  return { ok: true, host, url: `https://${host}` };
}

function isSlacksOwn(host: string): boolean {
  const site = SITES.exec(host);
  return site !== null && NOT_WORKSPACES.has(site.groups?.label ?? '');
}

/** People copy what their browser shows, which is the same for every workspace. */
function reasonOfSlacksOwn(host: string): string {
  return /^app\./.test(host) ? `${host} is where Slack opens in a browser, the same for every workspace.` : `${host} is a site of Slack’s own, not a workspace.`;
}

/** An invitation names its workspace: `join.slack.com/t/acme/shared_invite/…`. */
function invitedTo(host: string, path: string): string | undefined {
  const site = /^join\.(.+)$/.exec(host)?.[1];
  const name = /^\/t\/([^/]+)/.exec(path)?.[1]?.toLowerCase();
  return site !== undefined && name !== undefined && BARE_NAME.test(name) ? `https://${name}.${site}` : undefined;
}

function toUrl(text: string): URL | undefined {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  return URL.canParse(withScheme) ? new URL(withScheme) : undefined;
}

function refuse(reason: string, suggestion: string | undefined): SlackHost {
  return { ok: false, reason, ...(suggestion !== undefined && { suggestion }) };
}

/**
 * Whether the workspace that Slack names for a token (`url` of auth.test) is the one that was meant. A workspace inside
 * a Slack organization has an address of its own, so hosts are compared as they are.
 */
export function isWorkspaceOf(host: string, workspaceUrl: string): boolean {
  return URL.canParse(workspaceUrl) && new URL(workspaceUrl).hostname.toLowerCase() === host;
}
