/**
 * What a process needs, and whether it has it. Without its database it can do nothing; without the message bus it still answers and
 * accepts, and what it says waits in the outbox. A bus that was never reached is more likely a wrong address than an outage.
 */
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { MessageBus } from '../bus/message-bus.js';
import { within } from '../bus/waiting.js';
import { Metrics } from '../metrics/metrics.js';

export const MESSAGE_BUS = Symbol('message bus');
/** Whoever asks gives up soon after, and should be told which part it is. */
const PATIENCE_MS = 3000;

export interface Ready {
  status: 'ok' | 'degraded' | 'unavailable';
  parts: { database: 'ready' | 'unreachable'; messageBus: MessageBus['state'] };
}

@Injectable()
export class Readiness implements OnApplicationBootstrap {
  private busWasReady = false;

  constructor(
    private readonly database: DataSource,
    @Inject(MESSAGE_BUS) private readonly bus: MessageBus,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.gaugeBy('tocsin_part_ready', 'Whether this process has its database and its message bus, 1 or 0.', 'part', async () => {
      const { database, messageBus } = (await this.look()).parts;
      return [{ part: 'database', count: database === 'ready' ? 1 : 0 }, { part: 'message_bus', count: messageBus === 'ready' ? 1 : 0 }];
    });
  }

  async look(): Promise<Ready> {
    const parts = { database: await this.databaseState(), messageBus: this.bus.state };
    this.busWasReady ||= parts.messageBus === 'ready';
    if (parts.database !== 'ready' || !this.busWasReady) return { status: 'unavailable', parts };
    return { status: parts.messageBus === 'ready' ? 'ok' : 'degraded', parts };
  }

  private databaseState(): Promise<'ready' | 'unreachable'> {
    return within(PATIENCE_MS, 'Asking the database', this.database.query('select 1')).then(() => 'ready', () => 'unreachable');
  }
}
