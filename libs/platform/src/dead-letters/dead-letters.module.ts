/** Wires the dead letters of a service: collected from its start until just before its database closes, counted, and open to its API. */
import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { ServiceName } from '@tocsin/contracts';

import type { MessageBus } from '../bus/message-bus.js';
import type { Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { DeadLetterConsumer } from './dead-letter.consumer.js';
import { DeadLetterController } from './dead-letter.controller.js';
import { DeadLetterRepository } from './dead-letter.repository.js';
import { ReplayDeadLetter } from './replay-dead-letter.js';

@Module({})
export class DeadLettersModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(DeadLetterConsumer) private readonly consumer: DeadLetterConsumer,
    @Inject(DeadLetterRepository) private readonly letters: DeadLetterRepository,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  static forService(service: ServiceName, bus: MessageBus, logger: Logger): DynamicModule {
    return {
      module: DeadLettersModule,
      controllers: [DeadLetterController],
      providers: [
        { provide: DeadLetterRepository, useFactory: (database: DataSource) => new DeadLetterRepository(database), inject: [DataSource] },
        { provide: ReplayDeadLetter, useFactory: (letters: DeadLetterRepository) => new ReplayDeadLetter(bus, letters), inject: [DeadLetterRepository] },
        { provide: DeadLetterConsumer, useFactory: (letters: DeadLetterRepository) => new DeadLetterConsumer(service, bus, letters, logger), inject: [DeadLetterRepository] },
      ],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    this.metrics.gaugeBy('tocsin_dead_letters', 'Messages that were given up and wait for somebody to replay or delete them.', 'queue', () => this.letters.countByQueue());
    await this.consumer.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumer.stop();
  }
}
