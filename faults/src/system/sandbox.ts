/** The Slack sandbox as the suite steers it and as the last of the four ledgers. */
import { eventually } from '@tocsin/testing';

export interface SandboxFault {
  method?: string;
  channel?: string;
  workspace?: string;
  probability?: number;
  times?: number;
  latencyMs?: number;
  status?: number;
  error?: string;
  retryAfter?: number | string;
  lost?: 'before' | 'after';
  hang?: boolean;
  cut?: boolean;
  lengthOff?: number;
  body?: unknown;
}

export interface SandboxMessage {
  channel: string;
  ts: string;
  thread_ts?: string;
  text: string;
  blocks?: object[];
  attachments?: object[];
  metadata?: { event_payload?: { delivery_id?: string } };
  updates: number;
  receivedAt: string;
}

export interface SandboxRequest {
  at: string;
  method: string;
  workspace?: string;
  status?: number;
  error?: string;
  fault?: true;
  arguments: Record<string, unknown>;
}

const POST = 'chat.postMessage';

export class Sandbox {
  constructor(private readonly url: string) {}

  /** Strikes posts unless it names another method. */
  async fault(fault: SandboxFault): Promise<void> {
    await this.control('faults', { method: POST, ...fault });
  }

  /** Waits until each fault has struck as often as it was to. @throws Error when one has not after three minutes */
  async faultsSpent(): Promise<void> {
    await eventually(async () => {
      const { faults } = (await (await fetch(`${this.url}/sandbox/faults`)).json()) as { faults: { times?: number }[] };
      return faults.every(({ times }) => times === 0);
    }, { timeout: 180_000 });
  }

  async noFaults(): Promise<void> {
    await this.control('faults', { reset: true });
  }

  async limits(limits: { channelRate?: number; channelBurst?: number; tiers?: boolean; timeScale?: number }): Promise<void> {
    await this.control('limits', limits);
  }

  async grow(workspace: string, channels: number): Promise<void> {
    await this.control('directory', { workspace, channels, people: 0 });
  }

  async token(token: string, state: 'active' | 'revoked'): Promise<void> {
    await this.control('tokens', { token, state });
  }

  async messages(): Promise<SandboxMessage[]> {
    return this.list<SandboxMessage>('messages');
  }

  /** Posts that arrived, those that a fault struck included; at most the last 10,000. */
  async posts(): Promise<SandboxRequest[]> {
    return (await this.list<SandboxRequest>('requests')).filter(({ method }) => method === POST);
  }

  private async list<T>(what: string): Promise<T[]> {
    const response = await fetch(`${this.url}/sandbox/${what}`);
    return ((await response.json()) as { items: T[] }).items;
  }

  private async control(what: string, body: object): Promise<void> {
    const response = await fetch(`${this.url}/sandbox/${what}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the sandbox refuses: ${await response.text()}`);
  }
}
