// Writes docs/asyncapi.yaml from the table of messages, the contract classes and the samples; with --check only says whether
// the committed file is what would be written. It runs the built code: `npm run build` first.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { contractSchemas } from '@tocsin/platform';
import { CLOUD_EVENT_CONTENT_TYPE, EXCHANGES, MESSAGES, queueName } from '@tocsin/contracts';

import { asyncApiDocument } from './asyncapi-document.js';
import { toYaml } from './yaml.js';

const FILE = new URL('../../../docs/asyncapi.yaml', import.meta.url);
const MESSAGE_CLASSES = new URL('../src/messages/', import.meta.url);

/** What each message says: the sentence above its class, which begins with the message's type. */
function summaries() {
  const found = readdirSync(MESSAGE_CLASSES).filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...readFileSync(new URL(name, MESSAGE_CLASSES), 'utf8').matchAll(/\/\*\* `([a-z0-9.]+)`: ([^*]+?) \*\//g)]);
  return new Map(found.map(([, type, text]) => [type, text[0].toUpperCase() + text.slice(1)]));
}

const texts = summaries();
const messages = MESSAGES.map((route) => {
  const summary = texts.get(route.type);
  if (summary === undefined) throw new Error(`The class ${route.contract.name} has no comment that begins with \`${route.type}\`:`);
  const sample = JSON.parse(readFileSync(new URL(`../samples/${route.type}.json`, import.meta.url), 'utf8'));
  return { ...route, summary, sample, queues: route.heardBy.map((service) => ({ service, queue: queueName(service, route.type) })) };
});

const document = asyncApiDocument({ messages, schemas: contractSchemas(), contentType: CLOUD_EVENT_CONTENT_TYPE, deadExchange: EXCHANGES.dead });
const text = `# Generated from libs/contracts by "npm run asyncapi -w @tocsin/contracts"; do not edit.\n${toYaml(document)}`;

if (!process.argv.includes('--check')) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, 'utf8') !== text) {
  process.stderr.write('docs/asyncapi.yaml is out of date: npm run asyncapi -w @tocsin/contracts\n');
  process.exitCode = 1;
}
