/** The stand-in of Slack as a bench sees it: started, asked what it was sent, stopped. */
import { startProcess, type StartedProcess } from '@tocsin/testing';

import { toEnvironment, type SlackSettings } from './slack-settings.js';

export interface SlackCounts {
  posts: number;
  /** Different deliveries among the posts. */
  deliveries: number;
  /** Answered 429. */
  refused: number;
  updates: number;
}

export interface SlackLog {
  /** In the order in which they came; times are milliseconds since 1970. */
  posts: [channel: string, token: string, delivery: string, receivedAt: number, answeredAt: number][];
}

export interface Post {
  channel: string;
  token: string;
  delivery: string;
  receivedAt: number;
  answeredAt: number;
}

export class RunningSlack {
  private constructor(private readonly process: StartedProcess) {}

  static async start(settings: SlackSettings): Promise<RunningSlack> {
    return new RunningSlack(await startProcess('bench/dist/slack-stand-in.js', toEnvironment(settings), { timeout: 90_000 }));
  }

  get url(): string {
    return this.process.url;
  }

  async counts(): Promise<SlackCounts> {
    return (await fetch(`${this.url}/bench/count`)).json() as Promise<SlackCounts>;
  }

  async posts(): Promise<Post[]> {
    const { posts } = (await (await fetch(`${this.url}/bench/log`)).json()) as SlackLog;
    return posts.map(([channel, token, delivery, receivedAt, answeredAt]) => ({ channel, token, delivery, receivedAt, answeredAt }));
  }

  async clear(): Promise<void> {
    await fetch(`${this.url}/bench/clear`, { method: 'POST' });
  }

  async stop(): Promise<void> {
    await this.process.kill();
  }
}
