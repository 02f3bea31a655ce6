/**
 * Who may import whom. One line a layer: which of our packages it may import, and what else. A file belongs to the first
 * layer whose folder it lies in.
 */

const LIBRARIES = ['domain', 'contracts', 'platform', 'slack'];
const SERVICES = ['connector', 'issues', 'workflows', 'notifier'];

const REACT = ['react', 'react-*', '@mantine/*', '@tanstack/react-*', '@vitejs/*', 'vite'];
const SLACK = ['@slack/*'];
const SERVERS = ['@nestjs/*', 'typeorm', 'pg', 'amqplib', 'pino', 'prom-client'];

/** Every package but those. */
const anyBut = (...patterns) => ({ but: patterns.flat() });
/** Those packages, nothing else. */
const only = (...patterns) => ({ only: patterns });

/**
 * @typedef {object} Layer
 * @property {string} name as messages call it
 * @property {string} folder from the root of the repository
 * @property {readonly string[]} ours the packages of this repository, without `@tocsin/`
 * @property {readonly string[]} [typesOnly] of those, the ones that it may import types of and nothing else
 * @property {boolean} [node] false where no module of Node may be used
 * @property {{ only?: readonly string[], but?: readonly string[] }} npm
 * @property {string} why what the message adds
 */

/** @type {readonly Layer[]} */
export const LAYERS = [
  { name: 'domain', folder: 'libs/domain', ours: [], node: false, npm: only(), why: 'it holds rules alone: hashing, clocks and patterns come as arguments' },
  { name: 'contracts', folder: 'libs/contracts', ours: ['domain'], node: false, npm: only('class-validator', 'class-transformer'), why: 'it says what is sent, and the console reads it too' },
  { name: 'platform', folder: 'libs/platform', ours: ['contracts', 'domain'], npm: anyBut(SLACK, REACT), why: 'it has no opinion on Slack, issues or screens' },
  { name: 'slack', folder: 'libs/slack', ours: ['domain'], npm: only('@slack/web-api', '@slack/types', 'undici'), why: 'it is the one door to Slack and nothing else' },
  { name: 'testing', folder: 'libs/testing', ours: LIBRARIES, npm: anyBut(REACT), why: 'it starts services as processes and never imports one' },
  ...SERVICES.map((service) => ({
    name: service, folder: `services/${service}`, ours: LIBRARIES, npm: anyBut(REACT, SLACK), why: 'services speak over the bus or by HTTP, and to Slack through @tocsin/slack',
  })),
  { name: 'standalone', folder: 'services/standalone', ours: ['platform', 'contracts', 'domain', ...SERVICES, 'console', 'slack-sandbox'], npm: anyBut(REACT, SLACK), why: 'it puts the services together and does nothing of its own' },
  { name: 'console (browser)', folder: 'services/console/src', ours: ['contracts', 'domain'], typesOnly: ['contracts'], node: false, npm: anyBut(SLACK, SERVERS, 'express'), why: 'it runs in a browser' },
  { name: 'console', folder: 'services/console', ours: ['contracts', 'domain'], typesOnly: ['contracts'], npm: anyBut(SLACK, SERVERS), why: 'the front passes on and knows nobody' },
  { name: 'slack-sandbox', folder: 'services/slack-sandbox', ours: ['domain'], npm: anyBut(SLACK, REACT, SERVERS), why: 'it stands in for Slack and shares no code with what talks to it' },
  { name: 'cli', folder: 'services/cli', ours: ['contracts', 'domain'], npm: anyBut(SLACK, REACT, SERVERS), why: 'it is a caller of the HTTP API like any other' },
];

/** Specs, suites and what only they use: they may use any tool, and `@tocsin/testing`. */
const TESTS = [/\.(spec|it-spec|e2e-spec|suite)\.tsx?$/, /^(libs|services)\/[^/]+\/(test|e2e)\//, /^services\/console\/playwright\.config\.js$/];

/** @param {string} path from the root of the repository, with forward slashes */
export function isTest(path) {
  return TESTS.some((pattern) => pattern.test(path));
}

/** @param {string} path from the root of the repository, with forward slashes */
export function layerOf(path) {
  return LAYERS.find(({ folder }) => path.startsWith(`${folder}/`));
}

/**
 * Why a file may not import something.
 * @param {Layer} layer
 * @param {{ specifier: string, isType: boolean, isTest: boolean }} wanted
 * @returns {string | undefined} undefined when it may
 */
export function refusal(layer, { specifier, isType, isTest }) {
  const ours = /^@tocsin\/([^/]+)/.exec(specifier)?.[1];
  if (ours !== undefined) return refusalOfOurs(layer, ours, isType, isTest);
  if (isTest) return undefined;
  if (specifier.startsWith('node:')) return layer.node === false ? 'no module of Node' : undefined;
  const { only: allowed, but = [] } = layer.npm;
  if (allowed) return allowed.some((pattern) => fits(specifier, pattern)) ? undefined : `from npm ${allowed.length === 0 ? 'nothing' : `only ${allowed.join(', ')}`}`;
  return but.some((pattern) => fits(specifier, pattern)) ? `not ${specifier}` : undefined;
}

function refusalOfOurs(layer, ours, isType, isTest) {
  if (ours === 'testing') return isTest || layer.name === 'testing' ? undefined : '@tocsin/testing only in tests';
  if (isTest && LIBRARIES.includes(ours)) return undefined;
  if (!layer.ours.includes(ours)) return layer.ours.length === 0 ? 'no other package' : `of our packages only ${layer.ours.join(', ')}`;
  return layer.typesOnly?.includes(ours) && !isType ? `only types of @tocsin/${ours} (import type)` : undefined;
}

/** `@slack/*` fits every package of the scope, `react` also `react/jsx-runtime`. */
function fits(specifier, pattern) {
  if (pattern.endsWith('*')) return specifier.startsWith(pattern.slice(0, -1));
  return specifier === pattern || specifier.startsWith(`${pattern}/`);
}
