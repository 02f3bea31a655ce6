/**
 * The one table of who answers what. A path that is not in it is nobody's: in particular `/internal`, which only
 * services may call, never passes the front.
 */
export const PEER_NAMES = ['connector', 'issues', 'workflows', 'notifier'] as const;
export type PeerName = (typeof PEER_NAMES)[number];

/** Base addresses; a function is asked at each call, for services whose port is known only once they listen. */
export type Peers = Readonly<Record<PeerName, string | (() => string)>>;

/** The first line that fits decides; a pattern ends at a segment, so `/v1/issuesx` is not `/v1/issues`. */
const ROUTES: readonly (readonly [pattern: RegExp, owner: PeerName])[] = [
  [/^\/v1\/connections\/[^/]+\/(?:destinations|used-destinations|directory|test-messages)(?:\/|$)/, 'notifier'],
  [/^\/v1\/(?:connections|api-keys)(?:\/|$)/, 'connector'],
  [/^\/v1\/slack\/manifest$/, 'connector'],
  [/^\/slack\/(?:oauth\/callback|events|interactions)$/, 'connector'],
  [/^\/v1\/(?:issues|applications|scans|events|slack-messages)(?:\/|$)/, 'issues'],
  [/^\/v1\/(?:workflows|settings\/workflows)(?:\/|$)/, 'workflows'],
  [/^\/v1\/(?:deliveries|settings\/delivery)(?:\/|$)/, 'notifier'],
];

/** @returns the service that answers `path` (without query); undefined when none does */
export function ownerOf(path: string): PeerName | undefined {
  return ROUTES.find(([pattern]) => pattern.test(path))?.[1];
}

/** Paths of programs, mistyped ones as well: they get problem details, never the page of the console. */
export function isApiPath(path: string): boolean {
  return /^\/+(?:v1|slack|internal|health|metrics|openapi\.json|\.well-known|console)(?:\/|$)/i.test(path);
}

export function addressOf(peers: Peers, name: PeerName): string {
  const address = peers[name];
  return (typeof address === 'function' ? address() : address).replace(/\/$/, '');
}
