// npm run bench: sets up what is missing, finds PostgreSQL and RabbitMQ as the tests do, measures. Names of benches are arguments,
// for example: npm run bench throughput
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { build, checkNode, install, main, ROOT, SetupError } from './setup.js';

await main(async () => {
  checkNode();
  await install(true);
  await build();
  if ((await run('node_modules/@tsc/native/bin/tsc', ['-b', 'bench/tsconfig.build.json'])) !== 0) throw new SetupError('The benches cannot be built.');
  const { startTestServers } = await import('./test-servers.js');
  const servers = await startTestServers();
  try {
    if (servers.amqpUrl === undefined) throw new SetupError('The benches need RabbitMQ: start one on this machine, or name one in TEST_AMQP_URL.');
    const environment = { ...process.env, TEST_DATABASE_URL: servers.databaseUrl, TEST_AMQP_URL: servers.amqpUrl };
    process.exitCode = await run('bench/dist/main.js', process.argv.slice(2), environment);
  } finally {
    await servers.stop();
  }
});

/** @returns its exit code; 1 when a signal ended it. Ctrl-C reaches it as it reaches us, and it is waited for. */
async function run(script, args, env = process.env) {
  const child = spawn(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit', env });
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const [code] = await once(child, 'exit');
  process.off('SIGINT', forward).off('SIGTERM', forward);
  return code ?? 1;
}
