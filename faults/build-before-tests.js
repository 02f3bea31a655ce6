// Runs before the project's tests: the proxy is a process of its own and is run as it is built.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default function buildBeforeTests() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  for (const project of ['libs/testing', 'faults']) {
    const { status, stdout } = spawnSync(process.execPath, ['node_modules/@tsc/native/bin/tsc', '-b', `${project}/tsconfig.build.json`], { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${project} cannot be built:\n${stdout}`);
  }
}
