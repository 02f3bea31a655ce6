/**
 * The metrics of all services at one address, each sample with the label `service`. Where every service runs by itself
 * Prometheus asks each directly; this is for one process, where only the front has a port that is known.
 */
import type { RequestHandler } from 'express';

import { addressOf, PEER_NAMES, type PeerName, type Peers } from './routes.js';

const DEADLINE_MS = 5_000;
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function mergedMetrics(peers: Peers): RequestHandler {
  return async (_request, response) => {
    const parts = await Promise.all(PEER_NAMES.map(async (service) => ({ service, text: await metricsOf(peers, service) })));
    response.set('Content-Type', CONTENT_TYPE).send(mergeMetrics(parts));
  };
}

async function metricsOf(peers: Peers, service: PeerName): Promise<string> {
  try {
    const response = await fetch(`${addressOf(peers, service)}/metrics`, { signal: AbortSignal.timeout(DEADLINE_MS) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}

interface Family {
  /** HELP and TYPE, which a document may hold once. */
  about: string[];
  samples: string[];
}

/** Prometheus' text format wants the samples of one family together, whichever service they come from. */
export function mergeMetrics(parts: readonly { service: string; text: string }[]): string {
  const families = new Map<string, Family>();
  for (const { service, text } of parts) {
    let family: Family | undefined;
    for (const line of text.split('\n').filter((candidate) => candidate !== '')) {
      const about = /^# (HELP|TYPE) (\S+)/.exec(line);
      if (about) family = familyOf(families, about[2] ?? '');
      if (about && family && !family.about.some((known) => known.startsWith(`# ${about[1] ?? ''} `))) family.about.push(line);
      if (!line.startsWith('#')) family?.samples.push(withService(line, service));
    }
  }
  return [...families.values()].flatMap(({ about, samples }) => [...about, ...samples, '']).join('\n');
}

function familyOf(families: Map<string, Family>, name: string): Family {
  const family = families.get(name) ?? { about: [], samples: [] };
  families.set(name, family);
  return family;
}

function withService(sample: string, service: string): string {
  const [, name = '', labels, rest = ''] = /^([^\s{]+)(?:\{(.*)\})?(\s.*)$/.exec(sample) ?? [];
  return `${name}{service="${service}"${labels ? `,${labels}` : ''}}${rest}`;
}
