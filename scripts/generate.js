// Writes .env.example and docs/configuration.md from the config classes; with --check only says whether the committed files
// are what would be written. It runs the built code: `npm run build` first.
import { readFileSync, writeFileSync } from 'node:fs';

import { connectorService } from '@tocsin/connector';
import { issuesService } from '@tocsin/issues';
import { notifierService } from '@tocsin/notifier';
import { ConfigError, loadConfig, settingsOf } from '@tocsin/platform';
import { workflowsService } from '@tocsin/workflows';
import { parse } from 'yaml';

import { readSettings } from '../services/console/dist/server/settings.js';
import { StandaloneConfig } from '../services/standalone/dist/standalone.config.js';
import { configurationPage, environmentExample } from './settings-documents.js';

const SERVICES = [connectorService, issuesService, workflowsService, notifierService];

/** What a service needs as a process of its own and standalone brings along. */
const NEEDED_BY_PROCESSES = ['AMQP_URL', 'OIDC_ISSUER'];

/** What only docker-compose.yml reads. */
const OF_COMPOSE = [
  { name: 'POSTGRES_PASSWORD', description: 'Password of the PostgreSQL that docker compose starts; letters and digits.', required: true },
  { name: 'RABBITMQ_PASSWORD', description: 'Password of the RabbitMQ that docker compose starts; letters and digits.', required: true },
];

function describe(Config, alsoNeeded = []) {
  const initial = new Config();
  const needed = [...neededBy(Config), ...alsoNeeded];
  return settingsOf(Config).map(({ name, description }) => ({ name, description, initial: initial[name], required: needed.includes(name) }));
}

function neededBy(Config) {
  try {
    loadConfig(Config, {});
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((problem) => problem.split(':')[0]);
    throw error;
  }
}

/** The console's process has no config class: what it reads is seen by letting it read. The words are those of the services. */
function describeConsole(known) {
  const names = new Set();
  readSettings(new Proxy({}, { get: (_nothing, name) => void names.add(name) }));
  return [...names].map((name) => ({ ...known.find((setting) => setting.name === name), required: false, ...(name === 'PORT' && { initial: 3000 }) }));
}

/** The names that docker-compose.yml takes from .env: written as ${NAME} or passed on without a value. */
function composeNames() {
  const text = readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8');
  const written = [...text.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(([, name]) => name);
  const passedOn = Object.values(parse(text, { merge: true }).services).flatMap(({ environment = {} }) => Object.entries(environment).filter(([, value]) => value === null).map(([name]) => name));
  return new Set([...written, ...passedOn]);
}

const standalone = describe(StandaloneConfig);
const services = SERVICES.map(({ service: name, config }) => ({ name, settings: describe(config, NEEDED_BY_PROCESSES) }));
const known = services.flatMap(({ settings }) => settings);
const sandbox = ['SANDBOX_PORT', 'HOST'].map((name) => [...standalone, ...known].find((setting) => setting.name === name));
const programs = [...services, { name: 'console', settings: describeConsole(known) }, { name: 'slack-sandbox', settings: sandbox }];

const documents = {
  '.env.example': environmentExample(standalone, programs, { names: composeNames(), own: OF_COMPOSE }),
  'docs/configuration.md': configurationPage(standalone, programs),
};

for (const [path, text] of Object.entries(documents)) {
  const file = new URL(`../${path}`, import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`${path} is out of date: npm run generate\n`);
    process.exitCode = 1;
  }
}
