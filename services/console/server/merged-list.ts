/**
 * One list out of the lists of all services, newest first. The cursor holds the place in each service's list. A service
 * that is away is named in `unavailable` and keeps its place, so nothing is skipped.
 */
import type { Request, RequestHandler } from 'express';

import { askPeer, type PeerAnswer } from './peer-json.js';
import { NO_ROUTE, sendProblem, serviceAway } from './problem.js';
import { PEER_NAMES, type PeerName, type Peers } from './routes.js';

type Item = Record<string, unknown>;
/** Cursor of each service; null = its list has ended, left out = from its beginning. */
type Places = Partial<Record<PeerName, string | null>>;

/** What no service takes for a place in its list. A cursor that is not ours is refused by them, who first ask who is calling. */
const NOWHERE: Places = Object.fromEntries(PEER_NAMES.map((name) => [name, '-']));

interface Part {
  service: PeerName;
  items: Item[];
  nextCursor: string | null;
}

export interface MergedListOptions {
  peers: Peers;
  path: string;
  /** Field with the time that the list is ordered by. */
  time: string;
}

export function mergedList({ peers, path, time }: MergedListOptions): RequestHandler {
  return async (request, response) => {
    const places = readCursor(request.query.cursor) ?? NOWHERE;
    const limit = Number(typeof request.query.limit === 'string' ? request.query.limit : 50);
    const asked = PEER_NAMES.filter((service) => places[service] !== null);
    const answers = await Promise.all(asked.map((service) => askPeer(peers, service, listPath(request, path, places[service]), request)));
    const refusal = answers.find(({ status }) => status >= 400 && status < 500 && status !== 404);
    if (refusal) {
      if (refusal.challenge !== undefined) response.set('WWW-Authenticate', refusal.challenge);
      response.status(refusal.status).type('application/problem+json').send(JSON.stringify(refusal.body));
      return;
    }
    if (answers.length > 0 && answers.every(({ status }) => status === 404)) {
      sendProblem(request, response, NO_ROUTE); // nobody has such a list, so nobody has asked who is calling either
      return;
    }
    const unavailable = answers.filter(isAway).map(({ service }) => service);
    if (unavailable.length === asked.length && asked.length > 0) {
      sendProblem(request, response, serviceAway(unavailable.join(', ')));
      return;
    }
    const parts = answers.filter((answer) => !isAway(answer)).map(partOf);
    const shown = newestFirst(parts, time).slice(0, limit);
    const next = await nextPlaces(parts, shown, places, async (service, taken) => {
      return partOf(await askPeer(peers, service, listPath(request, path, places[service], taken), request)).nextCursor;
    });
    response.json({
      items: shown.map(({ item, service }) => ({ ...item, service })),
      nextCursor: PEER_NAMES.some((service) => next[service] !== null) ? writeCursor(next) : null,
      ...(unavailable.length > 0 && { unavailable }),
    });
  };
}

function isAway({ status }: PeerAnswer): boolean {
  return status === 0 || status >= 500;
}

/** A service without such a list (404) has none of these items. */
function partOf({ service, status, body }: PeerAnswer): Part {
  if (status !== 200) return { service, items: [], nextCursor: null };
  const { items, nextCursor } = body as { items: Item[]; nextCursor: string | null };
  return { service, items, nextCursor };
}

function newestFirst(parts: readonly Part[], time: string): { item: Item; service: PeerName }[] {
  return parts
    .flatMap(({ service, items }) => items.map((item) => ({ item, service })))
    .sort((a, b) => String(b.item[time]).localeCompare(String(a.item[time])));
}

/** Where each list goes on. Of a list shown in part, the service is asked once more for the cursor after just that part. */
async function nextPlaces(parts: readonly Part[], shown: readonly { service: PeerName }[], before: Places, cursorAfter: (service: PeerName, taken: number) => Promise<string | null>): Promise<Places> {
  const next: Places = { ...before };
  await Promise.all(
    parts.map(async ({ service, items, nextCursor }) => {
      const taken = shown.filter((entry) => entry.service === service).length;
      if (taken === items.length) next[service] = nextCursor;
      else if (taken > 0) next[service] = await cursorAfter(service, taken);
    }),
  );
  return next;
}

function listPath(request: Request, path: string, cursor: string | null | undefined, limit?: number): string {
  const query = new URLSearchParams(request.originalUrl.split('?')[1] ?? '');
  query.delete('cursor');
  if (typeof cursor === 'string') query.set('cursor', cursor);
  if (limit !== undefined) query.set('limit', String(limit));
  return query.size > 0 ? `${path}?${query.toString()}` : path;
}

function writeCursor(places: Places): string {
  return Buffer.from(JSON.stringify(places)).toString('base64url');
}

function readCursor(cursor: unknown): Places | undefined {
  if (cursor === undefined) return {};
  if (typeof cursor !== 'string') return undefined;
  try {
    const places: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (typeof places !== 'object' || places === null || Array.isArray(places)) return undefined;
    const known = Object.entries(places).every(([name, place]) => PEER_NAMES.includes(name as PeerName) && (place === null || typeof place === 'string'));
    return known && !PEER_NAMES.every((name) => (places as Places)[name] === null) ? places : undefined;
  } catch {
    return undefined; // what cannot be decoded is not ours
  }
}
