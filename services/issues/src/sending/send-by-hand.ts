/**
 * Sends issues to Slack because a person said so: the command, its message on the bus, its audit record and its
 * Idempotency-Key are one transaction, so after the answer it cannot be lost and before it nothing is sent.
 */
import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuid } from 'uuid';

import { COMMAND_MAX_BYTES, type AcceptedDelivery, type MessagePreview, type SendIssue, type SendToSlack } from '@tocsin/contracts';
import { PRIORITY, renderMessage, type Issue, type MessageWarning } from '@tocsin/domain';
import { actorOf, Audit, badRequest, failPoint, Idempotency, notFound, Outbox, ProblemException, type Caller, type IdempotentCall } from '@tocsin/platform';

import { ConnectionRepository } from '../connections/connection.repository.js';
import { snapshotsOf } from '../intake/snapshot.js';
import { storable } from '../intake/storable.js';
import { IssueRepository } from '../issues/issue.repository.js';
import { IssuesConfig } from '../issues.config.js';
import { CommandRepository } from './command.repository.js';
import { OwnersInSlack } from './owners-in-slack.js';

/** What the event around a command needs at most. */
const ENVELOPE_BYTES = 2048;

const OWNERS_NOT_FOUND_OUT: MessageWarning = {
  code: 'owner_not_found_out',
  message: 'Who the owners are in this workspace cannot be found out at the moment. Those who are known when the message is posted will be mentioned.',
};

@Injectable()
export class SendByHand {
  constructor(
    private readonly issues: IssueRepository,
    private readonly connections: ConnectionRepository,
    private readonly commands: CommandRepository,
    private readonly owners: OwnersInSlack,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly idempotency: Idempotency,
    @Inject(IssuesConfig) private readonly config: IssuesConfig,
  ) {}

  /** @throws ProblemException 404 naming what is not there: an issue or the connection; 422 for more than one message can carry */
  async send(caller: Caller, issueIds: readonly string[], order: SendIssue, call: IdempotentCall, requestId: string): Promise<AcceptedDelivery> {
    const earlier = await this.idempotency.replay<AcceptedDelivery>(call);
    if (earlier) return earlier.body;
    const command = await this.commandFor(caller, issueIds, order);
    if (Buffer.byteLength(JSON.stringify(command)) > COMMAND_MAX_BYTES - ENVELOPE_BYTES) throw tooMuch();
    const answer = await this.idempotency.run(call, async (tx) => {
      const { organizationId, commandId, connectionId, destination } = command;
      await this.commands.add(tx, command, PRIORITY.manual);
      await this.outbox.add(tx, { type: 'slack.send.v1', organizationId, subject: commandId, data: command });
      await this.audit.record(tx, {
        organizationId, actor: actorOf(caller), action: 'issue.sent', target: { kind: 'delivery', id: commandId }, requestId,
        after: { connectionId, destination, issueIds: command.issues.map(({ id }) => id) },
      });
      failPoint('command.commit', 'before');
      return { status: 202, body: { deliveryId: commandId } };
    });
    failPoint('command.commit');
    return answer;
  }

  /** The very message that {@link send} would lead to. */
  async preview(caller: Caller, issueIds: readonly string[], order: SendIssue): Promise<MessagePreview> {
    const command = await this.commandFor(caller, issueIds, order);
    const { issues, comment, source, options } = command;
    const ownerIds = await this.owners.of(command);
    const { warnings, ...message } = renderMessage({
      issues, source, sender: caller.name, consoleUrl: this.config.PUBLIC_URL,
      ...(comment !== undefined && { comment }), ...(options && { options }), ...(ownerIds && { ownerIds }),
    });
    return { ...message, warnings: ownerIds ? warnings : warnings.map((warning) => (warning.code === 'owner_not_mentioned' ? OWNERS_NOT_FOUND_OUT : warning)) };
  }

  private async commandFor(caller: Caller, issueIds: readonly string[], { connectionId, destination, comment, options }: SendIssue): Promise<SendToSlack> {
    const { organizationId } = caller;
    const issues = await this.present(caller, issueIds);
    await this.assertUsable(organizationId, connectionId);
    return storable<SendToSlack>({
      commandId: uuid(),
      organizationId,
      connectionId,
      destination,
      ...(comment !== undefined && comment.trim() !== '' && { comment }),
      issues: snapshotsOf(issues),
      source: { kind: 'manual', user: caller.name },
      priority: PRIORITY.manual,
      ...(options && { options }),
    });
  }

  private async present(caller: Caller, issueIds: readonly string[]): Promise<Issue[]> {
    const issues = await this.issues.findAll(caller, issueIds);
    if (new Set(issueIds).size < issueIds.length) throw badRequest('An issue is named twice.', [{ pointer: '/issueIds', code: 'not_unique', message: 'name each issue once' }]);
    const missing = issueIds.find((id) => !issues.some((issue) => issue.id === id.toLowerCase()));
    if (missing !== undefined) throw notFound('issue', missing);
    return issues;
  }

  private async assertUsable(organizationId: string, connectionId: string): Promise<void> {
    const verdict = await this.connections.judge(organizationId, connectionId);
    if (verdict === 'not_found') throw unknownConnection(connectionId);
    if (verdict === 'disconnected') throw disconnected(connectionId);
  }
}

function unknownConnection(id: string): ProblemException {
  return new ProblemException(404, {
    title: 'Not found', code: 'not_found', detail: `There is no connection "${id}" in your organization.`,
    errors: [{ pointer: '/connectionId', code: 'not_found', message: 'must be the id of a connection of your organization' }], hint: 'GET /v1/connections lists them.',
  });
}

/** After a 202 nobody could take the command any more. */
function tooMuch(): ProblemException {
  return new ProblemException(422, {
    title: 'Too much for one message', code: 'too_much', detail: 'These issues are too large to be sent as one message.',
    errors: [{ pointer: '/issueIds', code: 'too_much', message: 'name fewer issues' }], hint: 'Send them in several messages.',
  });
}

function disconnected(id: string): ProblemException {
  return new ProblemException(409, {
    title: 'The workspace is disconnected', code: 'connection_disconnected', detail: `The connection "${id}" was disconnected.`,
    errors: [{ pointer: '/connectionId', code: 'disconnected', message: 'connect the workspace again, or choose another connection' }],
  });
}
