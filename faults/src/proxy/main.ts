/**
 * The proxy as a process of its own, so that nothing the suite does can hold up the links. Arguments: `name=host:port` for
 * each link. Prints where it is controlled; `GET /` tells the links' ports.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Link, type LinkMode } from './link.js';

const links = new Map<string, Link>();
for (const argument of process.argv.slice(2)) {
  const [name = '', address = ''] = argument.split('=');
  const [host = '127.0.0.1', port = ''] = address.split(':');
  const link = new Link({ host, port: Number(port) });
  await link.listen();
  links.set(name, link);
}

const control = createServer((request, response) => {
  void answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error));
  });
});
control.listen(0, '127.0.0.1', () => {
  process.stdout.write(`proxy ready on http://127.0.0.1:${(control.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => undefined); // the suite ends it, after what it carries

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, pattern = '', action = ''] = (request.url ?? '').split('/').map(decodeURIComponent);
  if (request.method === 'POST') {
    const body = JSON.parse((await textOf(request)) || '{}') as LinkMode;
    for (const [name, link] of links) {
      if (matches(name, pattern)) await act(link, action, body);
    }
  }
  const state = Object.fromEntries([...links].map(([name, { port, open, accepted }]) => [name, { port, open, accepted }]));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(state));
}

/** `notifier.amqp`, `*.amqp`, `notifier.*`, `*` */
function matches(name: string, pattern: string): boolean {
  if (pattern === '*') return true;
  const [service, target] = pattern.split('.');
  const [ofService, ofTarget] = name.split('.');
  return (service === '*' || service === ofService) && (target === '*' || target === ofTarget);
}

async function act(link: Link, action: string, body: LinkMode): Promise<void> {
  if (action === 'mode') await link.setMode(body);
  else if (action === 'cut') link.cut();
  else if (action === 'half-open') link.halfOpen();
  else throw new Error(`a link cannot "${action}"`);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
