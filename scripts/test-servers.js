/**
 * Real servers for the tests, from where they can be had: named in the environment, in containers, running on this machine
 * already, installed on it and run privately, embedded. Started once for all projects, stopped at the end.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const DOCKER_SOCKET = '/var/run/docker.sock';
const LOCAL_DATABASE = 'postgres://postgres@127.0.0.1:5432/postgres';
const LOCAL_BROKER = 'amqp://guest:guest@127.0.0.1:5672';

/** @returns addresses (`amqpUrl` undefined where no RabbitMQ can be had), a line that says which, and what stops them */
export async function startTestServers() {
  const stops = [];
  const database = await firstOf([databaseOfEnvironment, databaseInContainer, runningDatabase, embeddedDatabase], stops);
  const broker = await firstOf([brokerOfEnvironment, brokerInContainer, runningBroker, privateBroker], stops);
  return {
    databaseUrl: database.url,
    amqpUrl: broker?.url,
    told: `PostgreSQL: ${database.from}; RabbitMQ: ${broker?.from ?? 'none found, its tests are skipped'}`,
    stop: async () => {
      for (const stop of stops.reverse()) await stop();
    },
  };
}

async function firstOf(ways, stops) {
  for (const way of ways) {
    const found = await way();
    if (found) {
      if (found.stop) stops.push(found.stop);
      return found;
    }
  }
  return undefined;
}

function databaseOfEnvironment() {
  return process.env.TEST_DATABASE_URL ? { url: process.env.TEST_DATABASE_URL, from: 'TEST_DATABASE_URL' } : undefined;
}

function brokerOfEnvironment() {
  return process.env.TEST_AMQP_URL ? { url: process.env.TEST_AMQP_URL, from: 'TEST_AMQP_URL' } : undefined;
}

function databaseInContainer() {
  return inContainer('postgres:18', 5432, { POSTGRES_HOST_AUTH_METHOD: 'trust' }, /ready to accept connections/, (host, port) => `postgres://postgres@${host}:${port}/postgres`, 2);
}

function brokerInContainer() {
  return inContainer('rabbitmq:4', 5672, {}, /Server startup complete/, (host, port) => `amqp://guest:guest@${host}:${port}`, 1);
}

async function inContainer(image, port, environment, ready, urlOf, times) {
  if (!existsSync(DOCKER_SOCKET)) return undefined;
  try {
    const { GenericContainer, Wait } = await import('testcontainers');
    const container = await new GenericContainer(image).withEnvironment(environment).withExposedPorts(port).withWaitStrategy(Wait.forLogMessage(ready, times)).start();
    return { url: urlOf(container.getHost(), container.getMappedPort(port)), from: `container ${image}`, stop: () => container.stop() };
  } catch (error) {
    process.stdout.write(`No container of ${image}: ${error.message}\n`);
    return undefined;
  }
}

async function runningDatabase() {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: LOCAL_DATABASE, connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query('select rolcreatedb or rolsuper as usable from pg_roles where rolname = current_user');
    return rows[0]?.usable ? { url: LOCAL_DATABASE, from: 'the server that runs on this machine' } : undefined;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}

async function embeddedDatabase() {
  const { startEmbeddedPostgres } = await import('@tocsin/platform');
  const dataDir = mkdtempSync(join(tmpdir(), 'tocsin-test-postgres-'));
  const server = await startEmbeddedPostgres({ dataDir });
  return {
    url: server.url,
    from: 'embedded',
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function runningBroker() {
  const { connect: connectAmqp } = await import('amqplib');
  try {
    const connection = await connectAmqp(LOCAL_BROKER, { timeout: 2000, noDelay: true });
    await connection.close();
    return { url: LOCAL_BROKER, from: 'the server that runs on this machine' };
  } catch {
    return undefined;
  }
}

/** Debian's RabbitMQ under its own user, with everything of its own in a new directory. */
async function privateBroker() {
  const user = existsSync('/usr/sbin/rabbitmq-server') || existsSync('/usr/lib/rabbitmq/bin/rabbitmq-server') ? userNamed('rabbitmq') : undefined;
  if (!user || process.getuid?.() !== 0) return undefined;
  const program = readdirSync('/usr/lib/rabbitmq/lib').map((name) => `/usr/lib/rabbitmq/lib/${name}/sbin/rabbitmq-server`).find((path) => existsSync(path));
  if (program === undefined) return undefined;
  const home = mkdtempSync(join(tmpdir(), 'tocsin-test-rabbitmq-'));
  spawnSync('chown', [`${user.uid}:${user.gid}`, home]);
  const [port, distribution, epmd] = [await freePort(), await freePort(), await freePort()];
  const child = spawn(program, [], { cwd: home, detached: true, stdio: 'ignore', uid: user.uid, gid: user.gid, env: brokerSettings(home, port, distribution, epmd) });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(10_000, undefined, { ref: false })]);
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
    spawnSync('epmd', ['-port', String(epmd), '-kill'], { stdio: 'ignore' }); // its own port mapper, started by the server
    rmSync(home, { recursive: true, force: true });
  };
  if (await answers(port, 30_000)) return { url: `amqp://guest:guest@127.0.0.1:${port}`, from: 'a private one of the RabbitMQ that is installed here', stop };
  await stop();
  return undefined;
}

function brokerSettings(home, port, distribution, epmd) {
  return {
    PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: home,
    RABBITMQ_NODENAME: `tocsin-test-${port}@localhost`, RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1', RABBITMQ_NODE_PORT: String(port), RABBITMQ_DIST_PORT: String(distribution),
    ERL_EPMD_PORT: String(epmd), ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONFIG_FILE: join(home, 'none'), RABBITMQ_CONF_ENV_FILE: '/dev/null', RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'plugins'),
    RABBITMQ_MNESIA_BASE: join(home, 'data'), RABBITMQ_LOG_BASE: join(home, 'log'), RABBITMQ_PID_FILE: join(home, 'pid'),
  };
}

function userNamed(name) {
  const [, , uid, gid] = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':')).find(([candidate]) => candidate === name) ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port, within) {
  const end = Date.now() + within;
  while (Date.now() < end) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return true;
    await sleep(250);
  }
  return false;
}
