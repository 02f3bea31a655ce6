/**
 * What has to be there before anything of Tocsin can run: Node, the packages, the built code. Plain Node, no package, so that
 * it works as the first command on a fresh clone. What is there already is left alone.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { missingPackages } from './missing-packages.js';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const INSTALL_STAMP = join(ROOT, 'node_modules', '.tocsin-install.json');
/** npm's own, written when it is done. */
const NPM_STAMP = join(ROOT, 'node_modules', '.package-lock.json');
const BUILD_STAMP = join(ROOT, 'node_modules', '.tocsin-build.json');
const BUILT_APP = 'services/console/dist/app/index.html';
const DISK_FULL = `The packages cannot be installed: the disk that holds ${ROOT} is full; npm start needs 500 MB, npm test 900 MB.`;
const SOURCES = /\.(ts|tsx|css|html|svg|json|js)$/;
const NO_SOURCES = new Set(['node_modules', 'dist', 'fixtures', 'e2e', 'test', 'coverage', 'test-results', 'golden']);

/** A message for people, without a stack. */
export class SetupError extends Error {}

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new SetupError(`Tocsin needs Node.js 20.19 or newer; this is ${process.versions.node}. Install a newer one from https://nodejs.org and start again.`);
}

/** @param {boolean} withTools also what only tests and lint need; what is there already stays */
export async function install(withTools) {
  const lockFile = readFileSync(join(ROOT, 'package-lock.json'));
  const lock = createHash('sha256').update(lockFile).digest('hex');
  const stamp = readJson(INSTALL_STAMP);
  if (stamp?.lock === lock && (stamp.withTools || !withTools)) return;
  const tools = withTools || existsSync(join(ROOT, 'node_modules', 'jest'));
  const missing = () => missingPackages(ROOT, JSON.parse(lockFile), tools);
  if (!isInstalledByHand() || missing().length > 0) {
    await phase(tools ? 'installing packages, those for tests included' : 'installing packages', async (report) => {
      await npmCi(tools, report);
      refuseHalfInstall(missing());
    });
  }
  writeFileSync(INSTALL_STAMP, JSON.stringify({ lock, withTools: tools }));
}

/**
 * npm is content with less than was asked for: it leaves out what it could not fetch where that is optional (compilers,
 * PostgreSQL), and on a full disk it leaves files cut off. The next start must not take that for an installation.
 */
function refuseHalfInstall(missing) {
  if (missing.length === 0 && !isDiskFull()) return;
  rmSync(NPM_STAMP, { force: true });
  if (isDiskFull()) throw new SetupError(DISK_FULL);
  throw new SetupError(`${missing.length === 1 ? 'A package' : `${missing.length} packages`} could not be fetched, ${missing[0]} first; check the network and start again.`);
}

/** Somebody ran npm, after the lock file had changed. */
function isInstalledByHand() {
  return existsSync(NPM_STAMP) && statSync(NPM_STAMP).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs - 1000;
}

async function npmCi(withTools, report) {
  const npm = process.env.npm_execpath;
  const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...patience, ...(withTools ? ['--include=dev'] : ['--omit=dev'])];
  const { code, output } = npm !== undefined && npm.endsWith('.js') ? await run(process.execPath, [npm, ...args], report) : await run('npm', args, report);
  if (code !== 0) throw new SetupError(installSentence(output));
}

function isDiskFull() {
  const { bavail, bsize } = statfsSync(ROOT);
  return bavail * bsize < 20_000_000;
}

function installSentence(output) {
  if (/ENOSPC|no space left/i.test(output) || isDiskFull()) return DISK_FULL;
  if (/EACCES|EPERM|EROFS/.test(output)) return `The packages cannot be installed: ${join(ROOT, 'node_modules')} cannot be written. Start as the user to whom the folder belongs.`;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(output)) return 'The packages cannot be fetched: the npm registry is not reachable from here. Check the network or the proxy (npm config get proxy) and start again.';
  return `The packages cannot be installed; npm says:\n${output.trim().split('\n').slice(-15).join('\n')}`;
}

/** Builds what changed since the last time. */
export async function build() {
  const state = stateOfSources();
  if (readJson(BUILD_STAMP)?.state === state && isBuilt()) return;
  await phase('building', async (report) => {
    const [services, app] = await Promise.all([
      run(process.execPath, ['node_modules/@tsc/native/bin/tsc', '-b', 'tsconfig.build.json'], report),
      run(process.execPath, ['../../node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error'], report, join(ROOT, 'services/console')),
    ]);
    for (const { code, output } of [services, app]) {
      if (code !== 0) throw new SetupError(/ENOSPC|no space left/i.test(output) ? 'The code cannot be built: the disk is full.' : `The code cannot be built:\n${output.trim()}`);
    }
  });
  writeFileSync(BUILD_STAMP, JSON.stringify({ state }));
}

function isBuilt() {
  const parts = JSON.parse(readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8')).references;
  return [...parts.map(({ path }) => join(dirname(path), 'dist')), BUILT_APP].every((path) => existsSync(join(ROOT, path)));
}

/** A hash over path, size and time of every file that the build reads. */
function stateOfSources() {
  const hash = createHash('sha256');
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!NO_SOURCES.has(entry.name)) visit(path);
      } else if (SOURCES.test(entry.name) && !/\.(it-|e2e-)?spec\.tsx?$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${path}:${size}:${mtimeMs}\n`);
      }
    }
  };
  for (const folder of ['libs', 'services']) visit(join(ROOT, folder));
  for (const file of ['package-lock.json', 'tsconfig.base.json', 'tsconfig.build.json']) hash.update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/** Runs `work` and tells how long it takes while it does: on a terminal in one line, elsewhere every ten seconds. */
async function phase(name, work) {
  const begin = Date.now();
  const seconds = () => Math.round((Date.now() - begin) / 1000);
  let detail = '';
  const show = () => {
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${name} … ${seconds()} s ${detail}`);
    else if (seconds() > 0 && seconds() % 10 === 0) process.stdout.write(`${name} … ${seconds()} s\n`);
  };
  if (!process.stdout.isTTY) process.stdout.write(`${name} …\n`);
  const timer = setInterval(show, 1000);
  try {
    await work((line) => {
      detail = line.slice(0, 50);
    });
    process.stdout.write(`${process.stdout.isTTY ? '\r\u001b[K' : ''}${name}: done in ${((Date.now() - begin) / 1000).toFixed(1)} s\n`);
  } finally {
    clearInterval(timer);
  }
}

function run(program, args, report, cwd = ROOT) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-100_000);
        report(String(chunk).trim().split('\n').at(-1) ?? '');
      });
    }
    child.once('error', (error) => resolve({ code: 1, output: `${output}\n${error.message}` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Runs a script's work; what is wrong is told in one sentence, with exit code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    const text = error.code === 'ENOSPC' ? `The disk that holds ${ROOT} is full; free some space and start again.` : error instanceof SetupError ? error.message : (error.stack ?? String(error));
    process.stderr.write(`\n${text}\n`);
    process.exit(1);
  }
}
