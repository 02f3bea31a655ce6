// Runs jest for the project in the working directory: ESM needs flags that npm scripts cannot share otherwise.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', jest, '--passWithNoTests', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
