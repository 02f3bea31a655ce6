/**
 * A dead letter back to where it died. The row goes in the transaction in which the queue confirmed the message, and after
 * it: a crash in between leaves the letter, and the message is handled twice at worst, which every handler bears.
 */
import type { EntityManager } from 'typeorm';

import { BusUnavailableError, type MessageBus } from '../bus/message-bus.js';
import { ProblemException } from '../http/problem.exception.js';
import type { DeadLetterRepository, Reach, RemovedLetter } from './dead-letter.repository.js';

export class ReplayDeadLetter {
  constructor(
    private readonly bus: Pick<MessageBus, 'putBack'>,
    private readonly letters: DeadLetterRepository,
  ) {}

  /**
   * @returns undefined when there is no such letter within reach
   * @throws ProblemException when the queue does not take it now, or is gone; the letter stays
   */
  async replay(tx: EntityManager, id: string, reach: Reach): Promise<RemovedLetter | undefined> {
    const message = await this.letters.lock(tx, id, reach);
    if (!message) return this.letters.returnToOutbox(tx, id, reach);
    const refusal = await this.bus.putBack(message);
    if (refusal) throw problemOf(refusal, message.queue);
    return this.letters.remove(tx, id, reach);
  }
}

function problemOf(refusal: Error, queue: string): ProblemException {
  if (refusal instanceof BusUnavailableError) {
    return new ProblemException(503, { title: 'The message bus is away', code: 'bus_away', detail: 'The letter was kept. Try again in a moment.' }, { 'Retry-After': '5' });
  }
  return new ProblemException(409, { title: 'The queue is gone', code: 'queue_gone', detail: `Nothing reads "${queue}" any more, so the letter was kept.`, hint: 'Delete the letter if it is of no more use.' });
}
