// npm test: sets up what is missing, starts real servers once, runs the tests of every project, ends with the counts.
// Arguments go to jest, for example: npm test -- lanes
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { CHROMIUM } from './chromium.js';
import { build, checkNode, install, main, ROOT } from './setup.js';

const BROWSER_TESTS = join(ROOT, 'services/console/playwright.config.js');

/** What runs at this moment, so that a signal reaches it. */
let running;

await main(async () => {
  checkNode();
  await install(true);
  await build();
  await buildWhatTestsShare();
  const { startTestServers } = await import('./test-servers.js');
  const servers = await startTestServers();
  process.stdout.write(`${servers.told}\n`);
  const results = mkdtempSync(join(tmpdir(), 'tocsin-test-results-'));
  stopOnSignal(servers);
  let counts;
  try {
    const environment = { ...process.env, TEST_RESULTS: results, TEST_DATABASE_URL: servers.databaseUrl, TEST_AMQP_URL: servers.amqpUrl ?? '', ...(CHROMIUM && { CHROMIUM_PATH: CHROMIUM }) };
    counts = await runProjects(environment, results);
    if (process.argv.length === 2) counts = sum([counts, await runBrowserTests(environment, results)]);
    if (servers.amqpUrl === undefined && process.env.CI === 'true') counts.failed += 1;
  } finally {
    await servers.stop();
    rmSync(results, { recursive: true, force: true });
  }
  if (servers.amqpUrl === undefined) process.stdout.write('skipped: no RabbitMQ\n');
  if (counts.failures.length > 0) process.stdout.write(`\nFailed in jest:\n${counts.failures.join('\n\n')}\n`);
  process.stdout.write(`\n${counts.skipped > 0 ? `${counts.skipped} skipped\n` : ''}${counts.passed} passed, ${counts.failed} failed\n`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
});

/** Ctrl-C leaves no server behind; the tests themselves are told by the same signal. */
function stopOnSignal(servers) {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]]) {
    process.once(signal, () => {
      running?.kill(signal);
      void servers.stop().finally(() => process.exit(code));
    });
  }
}

/** @returns its exit code; 1 when a signal ended it */
async function run(script, args, options) {
  running = spawn(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit', ...options });
  const [code] = await once(running, 'exit');
  running = undefined;
  return code ?? 1;
}

/** The browser's tests import it as it is built; jest reads the sources. Benches are run as processes. */
async function buildWhatTestsShare() {
  await run('node_modules/@tsc/native/bin/tsc', ['-b', 'libs/testing/tsconfig.build.json', 'bench/tsconfig.build.json']);
}

/** Each project's `test` script, by nx; a project that leaves no counts has failed as a whole. */
async function runProjects(environment, results) {
  const args = ['run-many', '-t', 'test', '--outputStyle=static', '--skipNxCache', '--excludeTaskDependencies', '--nxBail=false', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])];
  const status = await run('node_modules/nx/dist/bin/nx.js', args, { env: environment });
  const reports = readdirSync(results).filter((name) => name.endsWith('.json')).map((name) => JSON.parse(readFileSync(join(results, name), 'utf8')));
  const counts = sum(reports.map(jestCounts));
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  counts.failures = reports.flatMap(jestFailures);
  return counts;
}

function jestCounts({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests }) {
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped: numPendingTests };
}

/** @returns each failed test, or the file that could not be run, with what was said */
function jestFailures({ testResults }) {
  return testResults.filter(({ status }) => status === 'failed').flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    const file = relative(ROOT, name);
    return failed.length === 0 ? [`${file}\n${message}`] : failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}\n${failureMessages.join('\n')}`);
  });
}

async function runBrowserTests(environment, results) {
  if (!existsSync(BROWSER_TESTS)) return { passed: 0, failed: 0, skipped: 0 };
  if (CHROMIUM === undefined) {
    process.stdout.write('The tests in the browser are skipped: there is no Chromium; install one or set CHROMIUM_PATH.\n');
    return { passed: 0, failed: process.env.CI === 'true' ? 1 : 0, skipped: 1 };
  }
  const output = join(results, 'browser.json');
  const status = await run('node_modules/@playwright/test/cli.js', ['test', '--reporter=list,json'], {
    cwd: join(ROOT, 'services/console'), env: { ...environment, PLAYWRIGHT_JSON_OUTPUT_NAME: output, PLAYWRIGHT_JSON_OUTPUT_FILE: output },
  });
  if (!existsSync(output)) return { passed: 0, failed: 1, skipped: 0 };
  const { stats } = JSON.parse(readFileSync(output, 'utf8'));
  return { passed: stats.expected, failed: Math.max(stats.unexpected + stats.flaky, status === 0 ? 0 : 1), skipped: stats.skipped };
}

function sum(all) {
  return all.reduce(
    (total, { passed, failed, skipped, failures = [] }) => ({
      passed: total.passed + passed, failed: total.failed + failed, skipped: total.skipped + skipped, failures: [...total.failures, ...failures],
    }),
    { passed: 0, failed: 0, skipped: 0, failures: [] },
  );
}
