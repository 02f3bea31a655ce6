// npm run service <name>: one service as its own process, with the settings of the environment.
import { build, checkNode, install, main, SetupError } from './setup.js';

const ENTRY_POINTS = {
  connector: '../services/connector/dist/main.js',
  issues: '../services/issues/dist/main.js',
  workflows: '../services/workflows/dist/main.js',
  notifier: '../services/notifier/dist/main.js',
  console: '../services/console/dist/server/main.js',
  'slack-sandbox': '../services/slack-sandbox/dist/main.js',
};

await main(async () => {
  const name = process.argv[2] ?? '';
  const entry = Object.hasOwn(ENTRY_POINTS, name) ? ENTRY_POINTS[name] : undefined;
  if (entry === undefined) throw new SetupError(`${name === '' ? 'Which service?' : `There is no service "${name}".`} npm run service ${Object.keys(ENTRY_POINTS).join('|')}`);
  checkNode();
  await install(false);
  await build();
  await import(entry);
});
