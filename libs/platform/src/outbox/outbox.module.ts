/** Wires outbox, relay and inbox of a service. The relay runs until just before the database closes: what jobs and requests say last goes out. */
import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { ServiceName } from '@tocsin/contracts';

import type { MessageBus } from '../bus/message-bus.js';
import type { Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { Inbox } from './inbox.js';
import { Outbox } from './outbox.js';
import { OutboxRelay } from './outbox-relay.js';
import { RetentionJob } from './retention.job.js';

@Module({})
export class OutboxModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  static forService(service: ServiceName, bus: MessageBus, logger: Logger): DynamicModule {
    return {
      module: OutboxModule,
      global: true,
      providers: [
        { provide: OutboxRelay, useFactory: (database: DataSource) => new OutboxRelay(database, service, bus, logger), inject: [DataSource] },
        { provide: Outbox, useFactory: (database: DataSource, relay: OutboxRelay) => new Outbox(database, service, relay), inject: [DataSource, OutboxRelay] },
        { provide: RetentionJob, useFactory: (database: DataSource) => new RetentionJob(database, logger), inject: [DataSource] },
        Inbox,
      ],
      exports: [Outbox, Inbox],
    };
  }

  onApplicationBootstrap(): void {
    this.metrics.gauge('tocsin_outbox_pending', 'Messages that are committed and not yet on the bus.', () => this.relay.pending());
    this.metrics.gauge('tocsin_outbox_oldest_age_seconds', 'Age of the oldest message that is not yet on the bus.', () => this.relay.oldestAgeSeconds());
    this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}
