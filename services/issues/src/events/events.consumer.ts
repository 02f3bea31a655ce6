/** Issue events from RabbitMQ: the same events as over HTTP, the organization named by the envelope. */
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';

import { IssueReported, IssueResolved } from '@tocsin/contracts';
import { BusContext, Outbox, PermanentError } from '@tocsin/platform';

import { missingIdentity, type IntakeEvent } from './event-statements.js';
import { fingerprintOfReported, TakeEvent } from './take-event.js';

@Controller()
export class EventsConsumer {
  constructor(
    private readonly outbox: Outbox,
    private readonly events: TakeEvent,
  ) {}

  @EventPattern<string>('issue.reported.v1')
  async reported(@Payload() data: IssueReported, @Ctx() context: BusContext): Promise<void> {
    if (fingerprintOfReported(data) === undefined) throw new PermanentError('invalid_data', `The data is not valid: ${missingIdentity('/data').message}`);
    await this.take({ id: context.id, source: context.source, time: context.time, type: 'issue.reported.v1', data }, context);
  }

  @EventPattern<string>('issue.resolved.v1')
  async resolved(@Payload() data: IssueResolved, @Ctx() context: BusContext): Promise<void> {
    await this.take({ id: context.id, source: context.source, time: context.time, type: 'issue.resolved.v1', data }, context);
  }

  private async take(event: IntakeEvent, { organizationId, source, traceparent }: BusContext): Promise<void> {
    if (organizationId === undefined) throw new PermanentError('no_organization', 'The event names no organization: the attribute organizationid is missing.');
    await this.outbox.transaction((tx) => this.events.take(tx, { organizationId, actor: { kind: 'system', id: source } }, event), traceparent);
  }
}
