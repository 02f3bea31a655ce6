/**
 * Dead letters to see, replay and delete. Members of an organization reach its letters; operators reach all, and see
 * nothing of what a message says. Who did what is in the audit log, and so is each look of an operator.
 */
import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import type { Request } from 'express';
import type { EntityManager } from 'typeorm';

import { DeadLetter, DeadLetterReplayed, Field } from '@tocsin/contracts';

import { actorOf, Audit } from '../audit/audit.js';
import { Requires } from '../auth/access.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { Idempotency, IdempotentRequest, type IdempotentCall } from '../http/idempotency.js';
import { ApiPage, CommaList, CURSOR_PARTS, decodeCursor, ListQuery, OF_ALL_SERVICES, toPage, type Page } from '../http/list.js';
import { badRequest, notFound } from '../http/problem.exception.js';
import { requestId } from '../http/request-id.js';
import { Outbox } from '../outbox/outbox.js';
import { SERVICE_NAME } from '../service/service-name.js';
import { DeadLetterRepository, type LetterRow, type Reach, type RemovedLetter } from './dead-letter.repository.js';
import { errorWithoutContent } from './letter.js';
import { ReplayDeadLetter } from './replay-dead-letter.js';

export class DeadLetterQuery extends ListQuery {
  @Field('Why they could not be handled, such as `invalid_data`.') @IsOptional() @CommaList() @IsString({ each: true }) reason?: string[];
  @Field('Queues that they died in, such as `notifier.slack.send.v1`.') @IsOptional() @CommaList() @IsString({ each: true }) queue?: string[];
  @Field('Types of messages, such as `slack.send.v1`.') @IsOptional() @CommaList() @IsString({ each: true }) type?: string[];
}

@ApiTags('dead letters')
@Requires('operations:read', 'deliveries:replay')
@Controller('v1/dead-letters')
export class DeadLetterController {
  constructor(
    private readonly letters: DeadLetterRepository,
    private readonly replaying: ReplayDeadLetter,
    private readonly outbox: Outbox,
    private readonly idempotency: Idempotency,
    private readonly audit: Audit,
    @Inject(SERVICE_NAME) private readonly service: string,
  ) {}

  @ApiOperation({ summary: 'Lists messages that a service could not handle, newest first; each look of an operator is in the audit log.' })
  @Get()
  @ApiPage(DeadLetter, OF_ALL_SERVICES)
  async list(@CurrentCaller() caller: Caller, @Query() { limit, cursor, ...filter }: DeadLetterQuery, @Req() request: Request): Promise<Page<DeadLetter>> {
    const after = placeOf(cursor);
    const reach = reachOf(caller);
    if (reach.all) await this.auditLook(caller, filter, request);
    const rows = await this.letters.list(reach, filter, limit, after);
    return toPage(rows, limit, (row) => this.view(row, reach), ({ received_key, id }) => [received_key, id]);
  }

  @ApiOperation({ summary: 'Puts a dead letter back on the queue that it came from.' })
  @Post(':id/replay')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: DeadLetterReplayed })
  async replay(@CurrentCaller() caller: Caller, @Param('id') id: string, @IdempotentRequest() call: IdempotentCall, @Req() request: Request): Promise<DeadLetterReplayed> {
    return this.idempotency.run(call, async (tx) => {
      const letter = await this.replaying.replay(tx, this.uuidIn(id), reachOf(caller));
      await this.auditEnd(tx, 'dead_letter.replayed', letter, { id, caller, request });
      return { status: 202, body: { id, replayed: true } };
    });
  }

  @ApiOperation({ summary: 'Deletes a dead letter for good.' })
  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  async delete(@CurrentCaller() caller: Caller, @Param('id') id: string, @Req() request: Request): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      const letter = await this.letters.remove(tx, this.uuidIn(id), reachOf(caller));
      await this.auditEnd(tx, 'dead_letter.deleted', letter, { id, caller, request });
    });
  }

  private view({ id, queue, type, organization_id, message_id, reason, error, attempts, preview, received_at }: LetterRow, { organizationId }: Reach): DeadLetter {
    const mayRead = organization_id !== null && organization_id === organizationId;
    return {
      id: `${this.service}:${id}`, service: this.service, queue, type, reason, attempts,
      ...(organization_id !== null && { organizationId: organization_id }),
      ...(message_id !== null && { messageId: message_id }),
      error: mayRead ? error : errorWithoutContent(reason, error),
      receivedAt: received_at.toISOString(),
      ...(mayRead && { preview }),
    };
  }

  /** @throws ProblemException 404 for an id that is not one of this service's */
  private uuidIn(id: string): string {
    const [service, uuid = ''] = id.split(':');
    if (service !== this.service || !CURSOR_PARTS.uuid.test(uuid)) throw notFound('dead letter', id);
    return uuid;
  }

  /** @throws ProblemException 404 when there was no letter to end */
  private async auditEnd(tx: EntityManager, action: string, letter: RemovedLetter | undefined, { id, caller, request }: { id: string; caller: Caller; request: Request }): Promise<void> {
    if (!letter) throw notFound('dead letter', id);
    const { queue, type, organization_id, message_id, reason } = letter;
    await this.audit.record(tx, {
      organizationId: organization_id ?? caller.organizationId,
      actor: actorOf(caller),
      action,
      target: { kind: 'dead_letter', id },
      before: { queue, type, reason, ...(message_id !== null && { messageId: message_id }) },
      requestId: requestId(request),
    });
  }

  private async auditLook(caller: Caller, filter: object, request: Request): Promise<void> {
    await this.outbox.transaction((tx) =>
      this.audit.record(tx, { organizationId: caller.organizationId, actor: actorOf(caller), action: 'dead_letters.listed', target: { kind: 'dead_letters', id: this.service }, after: { filter }, requestId: requestId(request) }));
  }
}

/** Operators reach all; a member's own organization is where contents may be read. */
function reachOf({ permissions, organizationId }: Caller): Reach {
  return { all: permissions.has('operations:read'), organizationId: permissions.has('deliveries:replay') && organizationId !== '' ? organizationId : null };
}

function placeOf(cursor: string | undefined): readonly [time: unknown, id: unknown] {
  const [time = null, id = null] = decodeCursor(cursor, 2, CURSOR_PARTS.time) ?? [];
  if (id !== null && !CURSOR_PARTS.uuid.test(String(id))) throw badRequest('The cursor is not valid.', [{ parameter: 'cursor', code: 'bad_cursor', message: 'use nextCursor of the previous page as it is' }]);
  return [time, id];
}
