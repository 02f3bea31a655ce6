/** Everything in one process. What keeps it from starting is one sentence on standard error and exit code 1. */
import { stopOnSignal } from '@tocsin/platform';

import { startStandalone } from './start-standalone.js';
import { welcome } from './welcome.js';

const begin = performance.now();
const seconds = (): string => ((performance.now() - begin) / 1000).toFixed(1);

try {
  const standalone = await startStandalone(process.env, (message) => {
    process.stdout.write(`[${seconds()} s] ${message}\n`);
  });
  process.stdout.write(welcome(standalone));
  stopOnSignal(async () => {
    process.stdout.write('\nStopping …\n');
    await standalone.close();
  });
} catch (error) {
  process.stderr.write(`Tocsin cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
