/**
 * One service as a process that can be killed, frozen, asked to end and started again under the same settings. What it
 * printed over all its lives is kept.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { ROOT } from '@tocsin/testing';

/** What a crowded machine may need. */
const READY_MS = 180_000;
const OUTPUT_MAX = 4_000_000;

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Milliseconds from the request to the end. */
  ms: number;
}

export class ServiceProcess {
  private child: ChildProcess | undefined;
  private printed = '';
  /** Ends by itself that nobody asked for. */
  readonly crashes: string[] = [];

  constructor(
    readonly name: string,
    private readonly entry: string,
    private readonly settings: Record<string, string>,
    private readonly args: readonly string[] = [],
  ) {}

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} does not run`);
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get output(): string {
    return this.printed;
  }

  /** Lines of the log that hold `text`. */
  said(text: string): string[] {
    return this.printed.split('\n').filter((line) => line.includes(text));
  }

  /** @param further settings of this life only. @returns the address on its ready line */
  async start(further: Record<string, string> = {}): Promise<string> {
    const { PATH = '', HOME = '/', LANG = 'C.UTF-8' } = process.env;
    const child = spawn(process.execPath, [this.entry, ...this.args], { cwd: ROOT, env: { PATH, HOME, LANG, ...this.settings, ...further }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const from = this.printed.length;
    const collect = (chunk: Buffer): void => { this.printed = (this.printed + chunk.toString()).slice(-OUTPUT_MAX); };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('exit', (code, signal) => { this.onExit(child, code, signal); });
    const end = performance.now() + READY_MS;
    for (;;) {
      const url = /^.*\bready on (https?:\/\/\S+)/m.exec(this.printed.slice(from))?.[1];
      if (url !== undefined) return url;
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${this.name} ended with ${child.signalCode ?? child.exitCode ?? ''} before it was ready:\n${this.printed.slice(from, from + 4000)}`);
      if (performance.now() > end) throw new Error(`${this.name} was not ready within ${READY_MS} ms:\n${this.printed.slice(from, from + 4000)}`);
      await sleep(20);
    }
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** SIGTERM, and waits; after `patience` it is killed, which the ending tells. */
  async terminate(patience = 30_000): Promise<Ending> {
    return this.end('SIGTERM', patience);
  }

  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Waits until it ends by itself, as at a fail point. */
  async ended(patience: number): Promise<Ending> {
    const { child } = this;
    const startedAt = performance.now();
    while (child && child.exitCode === null && child.signalCode === null && performance.now() - startedAt < patience) await sleep(10);
    if (child === undefined || this.isRunning) throw new Error(`${this.name} did not end within ${patience} ms`);
    return { code: child.exitCode, signal: child.signalCode, ms: performance.now() - startedAt };
  }

  private async end(signal: NodeJS.Signals, patience = 5000): Promise<Ending> {
    const { child } = this;
    if (child === undefined || !this.isRunning) return { code: 0, signal: null, ms: 0 };
    this.child = undefined;
    const startedAt = performance.now();
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), patience);
    await exited;
    clearTimeout(late);
    return { code: child.exitCode, signal: child.signalCode, ms: performance.now() - startedAt };
  }

  private onExit(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.child !== child || signal === 'SIGKILL') return; // we ended it, or its fail point
    this.crashes.push(`${this.name} ended by itself with ${signal ?? String(code)}: ${this.printed.slice(-1500)}`);
  }
}
