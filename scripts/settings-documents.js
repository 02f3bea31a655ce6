/**
 * The settings as people read them: .env.example and docs/configuration.md. Pure: from what the config classes say to text.
 */

/**
 * @typedef {object} Setting
 * @property {string} name
 * @property {string} description
 * @property {unknown} [initial] what it is when nothing is set
 * @property {boolean} required
 *
 * @typedef {object} Program
 * @property {string} name as `npm run service` calls it
 * @property {readonly Setting[]} settings
 */

const GENERATED = 'Generated from the config classes by "npm run generate"; do not edit.';

/**
 * @param {readonly Setting[]} standalone
 * @param {readonly Program[]} programs
 */
export function configurationPage(standalone, programs) {
  return `# Configuration

<!-- ${GENERATED} -->

Settings are environment variables. An empty one counts as not set. What is wrong is told at the start, all of it at once,
and nothing runs. For mounted secrets \`NAME_FILE\` names a file that holds the value of \`NAME\` (everywhere but in console
and slack-sandbox, which read no secret).

## Everything in one process: \`npm start\`

${table(['setting', 'meaning', 'default'], standalone.map((setting) => [code(setting.name), setting.description, valueOf(setting)]))}

What is listed below for connector, issues, workflows and notifier holds here too, but for the ports and addresses at which
they find each other, \`DATABASE_POOL_SIZE\`, which is 4 here, and \`FAILPOINT\`, which is not read.

## One process for each service: \`npm run service\`

The same entry points run in the containers of \`docker-compose.yml\`, which takes what it needs from \`.env\` (see
\`.env.example\`).

${table(['setting', 'meaning', 'default', 'read by'], byName(programs).map(({ setting, readers }) => [code(setting.name), setting.description, defaultsOf(readers), readersOf(readers, programs)]))}
`;
}

/**
 * @param {readonly Setting[]} standalone
 * @param {readonly Program[]} programs
 * @param {{ names: ReadonlySet<string>, own: readonly Setting[] }} compose the variables that docker-compose.yml takes, and those that are its own
 */
export function environmentExample(standalone, programs, compose) {
  const seenFromOutside = standalone.filter(({ name }) => name === 'PORT');
  const all = new Map([...standalone, ...byName(programs).map(({ setting }) => setting), ...compose.own, ...seenFromOutside].map((setting) => [setting.name, setting]));
  const taken = [...all.values()].filter(({ name }) => compose.names.has(name));
  const groups = [
    ['Must be set for docker compose', taken.filter(({ required }) => required)],
    ['May be set', taken.filter(({ required }) => !required)],
    ['Without docker-compose.yml, which decides these itself', [...all.values()].filter(({ name }) => !compose.names.has(name))],
  ];
  return `# ${GENERATED}
# docker compose reads a copy of this file that is called .env; for one process: node --env-file=.env scripts/start.js
# More on every setting: docs/configuration.md
${groups.map(([title, settings], index) => `\n## ${title}\n${settings.map((setting) => exampleOf(setting, index === 0)).join('')}`).join('')}`;
}

function exampleOf({ name, description, initial }, mustBeSet) {
  return `\n# ${description}\n${mustBeSet ? '' : '#'}${name}=${initial ?? ''}\n`;
}

/** Each setting once, with the programs that read it; the first that describes it gives the words. */
function byName(programs) {
  const found = new Map();
  for (const { name: program, settings } of programs) {
    for (const setting of settings) {
      const known = found.get(setting.name) ?? { setting, readers: [] };
      known.readers.push({ program, setting });
      found.set(setting.name, known);
    }
  }
  return [...found.values()];
}

function defaultsOf(readers) {
  const values = [...new Set(readers.map(({ setting }) => valueOf(setting)))];
  if (values.length === 1) return values[0];
  return values.map((value) => `${value} (${readers.filter(({ setting }) => valueOf(setting) === value).map(({ program }) => program).join(', ')})`).join('; ');
}

function valueOf({ initial, required }) {
  if (required) return '**must be set**';
  return initial === undefined ? '–' : code(initial);
}

function readersOf(readers, programs) {
  const names = readers.map(({ program }) => program);
  const missing = programs.map(({ name }) => name).filter((name) => !names.includes(name));
  if (missing.length === 0) return 'all';
  return missing.length === 1 ? `all but ${missing[0]}` : names.join(', ');
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

function code(value) {
  return `\`${value}\``;
}
