// npm run test:faults [-- <scenario>… | --short | --list] and npm run soak [-- minutes]: sets up what is missing, builds, and
// plays faults on a PostgreSQL and a RabbitMQ of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { build, checkNode, install, main, ROOT } from './setup.js';

await main(async () => {
  checkNode();
  await install(true);
  await build();
  for (const project of ['libs/testing', 'faults']) await run('node_modules/@tsc/native/bin/tsc', ['-b', `${project}/tsconfig.build.json`]);
  const [first, ...others] = process.argv.slice(2);
  process.exitCode = first === 'soak' ? await run('faults/dist/soak.js', others) : await run('faults/dist/main.js', process.argv.slice(2));
});

/** @returns its exit code. The terminal's Ctrl-C reaches it as well; it ends what it has started before it ends. */
async function run(script, args) {
  const child = spawn(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit' });
  const pass = (signal) => child.kill(signal);
  const ignore = () => {};
  process.on('SIGTERM', pass);
  process.on('SIGINT', ignore);
  const [code] = await once(child, 'exit');
  process.off('SIGTERM', pass);
  process.off('SIGINT', ignore);
  return code ?? 1;
}
