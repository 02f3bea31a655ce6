/**
 * A RabbitMQ node of the suite's own, with everything of its own in a new directory: it can be stopped, killed, filled up
 * and starved without anybody else noticing.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '@tocsin/testing';
import { connect } from 'amqplib';

import { systemUser, type SystemUser } from './system-user.js';

const READY_MS = 60_000;

export class OwnBroker {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly programs: string,
    private readonly home: string,
    readonly port: number,
    private readonly epmd: number,
    private readonly environment: Record<string, string>,
    private readonly user: SystemUser | undefined,
  ) {}

  /** @throws Error with one sentence where this machine has no RabbitMQ to run */
  static async create(): Promise<OwnBroker> {
    const programs = installed();
    const user = systemUser('rabbitmq');
    const home = mkdtempSync(join(tmpdir(), 'tocsin-faults-rabbitmq-'));
    if (user) spawnSync('chown', [`${user.uid}:${user.gid}`, home]);
    const [port, distribution, epmd] = [await freePort(), await freePort(), await freePort()];
    const broker = new OwnBroker(programs, home, port, epmd, settings(home, port, distribution, epmd), user);
    await broker.start();
    return broker;
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.child = spawn(join(this.programs, 'rabbitmq-server'), [], { cwd: this.home, detached: true, stdio: 'ignore', env: this.environment, ...this.user });
    await this.answering();
  }

  async answering(): Promise<void> {
    const end = performance.now() + READY_MS;
    for (;;) {
      try {
        const connection = await connect(this.url, { timeout: 2000, noDelay: true });
        await connection.close();
        return;
      } catch {
        if (performance.now() > end) throw new Error(`RabbitMQ does not come up; its log is in ${this.home}`);
        await sleep(200);
      }
    }
  }

  /** kill -9 of the whole node. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await exited;
  }

  /** rabbitmqctl. Runs beside us: nothing else of the suite may stand still meanwhile. */
  async control(...args: string[]): Promise<string> {
    const child = spawn(join(this.programs, 'rabbitmqctl'), ['-q', ...args], { cwd: this.home, env: this.environment, ...this.user });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`rabbitmqctl ${args.join(' ')}: ${output}`);
    return output;
  }

  async remove(): Promise<void> {
    await this.kill();
    spawnSync('epmd', ['-port', String(this.epmd), '-kill'], { stdio: 'ignore' }); // its own port mapper, started by the node
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The scripts themselves: Debian's wrappers insist on the machine's own node. */
function installed(): string {
  const debian = '/usr/lib/rabbitmq/lib';
  const found = existsSync(debian) ? readdirSync(debian).map((name) => join(debian, name, 'sbin')).find((sbin) => existsSync(join(sbin, 'rabbitmq-server'))) : undefined;
  if (found !== undefined) return found;
  const { status, stdout } = spawnSync('which', ['rabbitmq-server'], { encoding: 'utf8' });
  if (status === 0) return dirname(stdout.trim());
  throw new Error('The fault suite runs a RabbitMQ of its own and finds none installed (rabbitmq-server).');
}

function settings(home: string, port: number, distribution: number, epmd: number): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', HOME: home,
    RABBITMQ_NODENAME: `tocsin-faults-${port}@localhost`, RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1', RABBITMQ_NODE_PORT: String(port), RABBITMQ_DIST_PORT: String(distribution),
    ERL_EPMD_PORT: String(epmd), ERL_EPMD_ADDRESS: '127.0.0.1', ERL_EPMD_RELAXED_COMMAND_CHECK: '1', // it can be ended at once, though it has not seen its node die
    RABBITMQ_CONFIG_FILE: join(home, 'none'), RABBITMQ_CONF_ENV_FILE: '/dev/null', RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'plugins'),
    RABBITMQ_MNESIA_BASE: join(home, 'data'), RABBITMQ_LOG_BASE: join(home, 'log'), RABBITMQ_PID_FILE: join(home, 'pid'),
  };
}
