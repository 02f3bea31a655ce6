// Runs jest for the project in the working directory: ESM needs flags that npm scripts cannot share otherwise.
// TEST_RESULTS names a directory that receives the counts of each project.
import { spawnSync } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const { TEST_RESULTS } = process.env;
const project = `${basename(dirname(process.cwd()))}-${basename(process.cwd())}`;
const counts = TEST_RESULTS ? ['--json', `--outputFile=${join(TEST_RESULTS, `${project}.json`)}`] : [];
const { status } = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', jest, '--passWithNoTests', ...counts, ...process.argv.slice(2)],
  { stdio: ['inherit', TEST_RESULTS ? 'ignore' : 'inherit', 'inherit'] },
);
process.exit(status ?? 1);
