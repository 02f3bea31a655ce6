/** Collects the dead letters of a service's queues: kept in its schema, then gone from the bus; one line of log each. */
import type { ServiceName } from '@tocsin/contracts';

import type { DeadMessage, MessageBus, Subscription } from '../bus/message-bus.js';
import type { Logger } from '../logging/logger.js';
import type { DeadLetterRepository } from './dead-letter.repository.js';
import { letterOf } from './letter.js';

export class DeadLetterConsumer {
  private subscription: Subscription | undefined;

  constructor(
    private readonly service: ServiceName,
    private readonly bus: Pick<MessageBus, 'collectDeadLetters'>,
    private readonly letters: DeadLetterRepository,
    private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    this.subscription = await this.bus.collectDeadLetters(this.service, (message) => this.keep(message));
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
    this.subscription = undefined;
  }

  private async keep(message: DeadMessage): Promise<void> {
    const letter = letterOf(message);
    if (!(await this.letters.keep(letter))) return;
    const { id, queue, type, organizationId, messageId, reason, attempts } = letter;
    this.logger.warn({ letterId: `${this.service}:${id}`, queue, type, organizationId, messageId, reason, attempts }, 'A dead letter was collected');
  }
}
