/**
 * One OpenAPI document out of those of the services. A path belongs to the service that the route table names, so what
 * every service has for itself appears once. Services that are away are named in `x-unavailable`.
 */
import type { RequestHandler } from 'express';

import { askPeer } from './peer-json.js';
import { ownerOf, PEER_NAMES, type PeerName, type Peers } from './routes.js';

interface Document {
  info?: { description?: string };
  paths?: Record<string, object>;
  components?: Record<string, Record<string, unknown>>;
  tags?: { name: string }[];
}

export function mergedOpenApi(peers: Peers): RequestHandler {
  return async (request, response) => {
    const answers = await Promise.all(PEER_NAMES.map((service) => askPeer(peers, service, '/openapi.json', request)));
    const parts = answers.flatMap(({ service, status, body }) => (status === 200 ? [{ service, document: body as Document }] : []));
    const unavailable = PEER_NAMES.filter((name) => !parts.some(({ service }) => service === name));
    response.json({
      openapi: '3.1.0',
      info: { title: 'Tocsin', version: '1', description: describe(parts[0]?.document.info?.description, unavailable) },
      ...mergeDocuments(parts),
      ...(unavailable.length > 0 && { 'x-unavailable': unavailable }),
    });
  };
}

export function mergeDocuments(parts: readonly { service: PeerName; document: Document }[]): Required<Omit<Document, 'info'>> {
  const merged: Required<Omit<Document, 'info'>> = { paths: {}, components: {}, tags: [] };
  for (const { service, document } of parts) {
    for (const [path, item] of Object.entries(document.paths ?? {})) {
      const owner = ownerOf(path.replace(/\{[^}]+\}/g, 'x'));
      if (owner === service || (owner === undefined && merged.paths[path] === undefined)) merged.paths[path] = item;
    }
    for (const [kind, entries] of Object.entries(document.components ?? {})) merged.components[kind] = { ...merged.components[kind], ...entries };
    merged.tags.push(...(document.tags ?? []).filter(({ name }) => !merged.tags.some((tag) => tag.name === name)));
  }
  return merged;
}

/** @param habits what each service says of all routes */
function describe(habits: string | undefined, unavailable: readonly string[]): string {
  const missing = unavailable.length === 0 ? undefined : `The routes of ${unavailable.join(', ')} are missing here: not reachable at the moment.`;
  return ['Security issues, brought to the people who must act on them, in Slack.', habits, missing].filter((sentence) => sentence !== undefined).join(' ');
}
