/**
 * Brings one message up to date: sends it again as a whole, comment and sender included, with the issue as it is now. What
 * the leak guard keeps out of the destination by now is not written there; the message stays as it is.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { guardLeaks, isUnanswered, kindOfDestinationId, needsReadership, type Issue, type MessageInput, type SlackFailure } from '@tocsin/domain';
import { Outbox } from '@tocsin/platform';
import { permalink, type SlackAnswer } from '@tocsin/slack';

import { ConnectionHolds } from '../connections/connection-holds.js';
import { SlackDoors, type OpenDoor } from '../connections/slack-doors.js';
import { ArrivalRepository } from '../deliveries/arrival.repository.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { DeliveryMetrics } from '../deliveries/delivery.metrics.js';
import { lockLane } from '../deliveries/lock-lane.js';
import { contentOf, inputOfEdit, mentionedOwners, metadataOf, type Content } from '../deliveries/message-of-delivery.js';
import { DirectoryRepository } from '../directory/directory.repository.js';
import { ChannelReadership } from '../directory/readership.js';
import { NotifierConfig } from '../notifier.config.js';
import { DeliverySettingsRepository } from '../settings/delivery-settings.repository.js';
import { inPlaceOf } from './answers.js';
import { judgeEdit } from './edit-verdict.js';
import { EDIT_LEASE_MS, EditRepository, type Edit } from './edit.repository.js';
import type { KeptCommand } from './told.js';

interface ReadyEdit {
  edit: Edit;
  command: KeptCommand;
  issue: Issue;
  opened: OpenDoor;
}

/** Whether Slack did not answer; undefined when it was not asked. */
export type Unanswered = boolean | undefined;

/** A request takes up to 10 s, twice when it is repeated as plain text; one that could outlive the lease is not begun. */
const LATEST_START_MS = EDIT_LEASE_MS - 22_000;
/** Until what is missing has come. */
const NOT_READY_WAIT_MS = 5000;

@Injectable()
export class EditMessage {
  constructor(
    private readonly edits: EditRepository,
    private readonly outbox: Outbox,
    private readonly arrivals: ArrivalRepository,
    private readonly log: DeliveryLog,
    private readonly holds: ConnectionHolds,
    private readonly doors: SlackDoors,
    private readonly settings: DeliverySettingsRepository,
    private readonly readership: ChannelReadership,
    private readonly directory: DirectoryRepository,
    private readonly metrics: DeliveryMetrics,
    private readonly config: NotifierConfig,
  ) {}

  /** @param claimedAt by this process's own clock, milliseconds. @throws PeerUnavailable when no token can be had */
  async edit(edit: Edit, claimedAt: number): Promise<Unanswered> {
    const { command, wanted: issue } = edit;
    if (command === null) return unasked(this.edits.drop(edit));
    if (issue === null) return unasked(this.rest(edit));
    const opened = await this.doors.openVersioned(edit.connection_id);
    if (!opened) return unasked(this.later(edit, NOT_READY_WAIT_MS));
    const ready = { edit, command, issue, opened };
    const kept = await this.keepBack(ready);
    if (kept) return kept.unanswered;
    // Whoever stood still for long must not write over what another has written meanwhile.
    return performance.now() - claimedAt < LATEST_START_MS ? this.send(ready) : undefined;
  }

  /** The leak guard, as for a new message. @returns undefined when it may go */
  private async keepBack({ edit, issue, opened }: ReadyEdit): Promise<{ unanswered: Unanswered } | undefined> {
    const { leakGuard } = await this.settings.of(edit.organization_id);
    if (kindOfDestinationId(edit.destination_id ?? edit.channel) === 'user' || !needsReadership(leakGuard, [issue])) return undefined;
    const readers = await this.readership.of(edit.connection_id, edit.channel, opened.door);
    if ('failure' in readers) {
      await this.later(edit, NOT_READY_WAIT_MS * 2 ** Math.min(failsOf(edit), 6));
      return { unanswered: isUnanswered(readers.failure) };
    }
    const refusal = guardLeaks(leakGuard, [issue], readers.known);
    if (!refusal) return undefined;
    await this.rest(edit, refusal.message);
    return { unanswered: undefined };
  }

  private async send(ready: ReadyEdit): Promise<Unanswered> {
    const { edit } = ready;
    const input = await this.inputOf(ready);
    const first = await this.update(ready, contentOf(input, edit.was_plain_text));
    if (first.ok) return this.shown(edit, input, `The issue had changed, and the message shows it as it is: ${wordsOf(ready.issue)}.`, edit.was_plain_text);
    if (judgeEdit(first.failure, { fails: failsOf(edit), wasPlainText: edit.was_plain_text }, Math.random()).then !== 'plain text') return this.afterFailure(ready, first.failure, edit.was_plain_text);
    await this.edits.charge(edit);
    const second = await this.update(ready, contentOf(input, true));
    if (second.ok) return this.shown(edit, input, `The issue had changed, and the message shows it as it is: ${wordsOf(ready.issue)}; as plain text, since Slack refused the formatted one.`, true);
    return this.afterFailure(ready, second.failure, true);
  }

  private async inputOf({ edit, command, issue }: ReadyEdit): Promise<MessageInput> {
    const ownerIds = await this.directory.peopleByEmail(edit.connection_id, mentionedOwners({ ...command, issues: [issue] }));
    return inputOfEdit({ command, ambiguous: edit.ambiguous, issue, ownerIds }, this.config.PUBLIC_URL);
  }

  private async update({ edit, opened, command }: ReadyEdit, content: Content): Promise<SlackAnswer<unknown>> {
    const { channel, ts } = edit;
    return this.metrics.request('chat.update', () => opened.door.updateMessage({ channel, ts, ...content, metadata: metadataOf(command.commandId) }));
  }

  private async afterFailure(ready: ReadyEdit, failure: SlackFailure, wasPlainText: boolean): Promise<boolean> {
    await this.recordFailure(ready, failure, wasPlainText);
    return isUnanswered(failure);
  }

  private async recordFailure(ready: ReadyEdit, failure: SlackFailure, wasPlainText: boolean): Promise<void> {
    const { edit } = ready;
    const verdict = judgeEdit(failure, { fails: failsOf(edit), wasPlainText }, Math.random());
    switch (verdict.then) {
      case 'later':
        return this.later(edit, verdict.waitMs, verdict.blocksAll);
      case 'hold':
        return this.outbox.transaction(async (tx) => {
          const { connection_id: connectionId, organization_id: organizationId } = edit;
          await this.holds.hold(tx, organizationId, { connectionId, credentialVersion: ready.opened.credentialVersion, slackError: failure.code, reason: failure.message });
          await this.edits.later(tx, edit, NOT_READY_WAIT_MS);
        });
      case 'replace':
        return this.replace(ready, failure, verdict.isThere);
      case 'plain text':
      case 'rest':
        return this.rest(edit, failure.message);
    }
  }

  /** A new message through the lane, with all that the old one said. */
  private async replace({ edit, command, issue }: ReadyEdit, failure: SlackFailure, isThere: boolean): Promise<void> {
    const { lane_id, channel, ts, destination_id: destinationId, workspace_url } = edit;
    if (destinationId === null) return this.rest(edit, failure.message);
    const link = isThere && workspace_url !== null ? { link: permalink(workspace_url, channel, ts) } : {};
    const instead = inPlaceOf(command, { laneId: lane_id, destinationId }, issue, { reason: 'replaced', ...link });
    await this.outbox.transaction(async (tx) => {
      await lockLane(tx, lane_id);
      if (!(await this.edits.replace(tx, edit, instead.commandId))) return;
      await this.arrivals.ingestWithin(tx, [{ command: instead, saidAt: new Date() }]);
      await this.tell(tx, edit, 'replaced', `The issue had changed, and a new message takes the place of this one (${instead.commandId}): ${failure.message}`, { error: failure.code });
    });
  }

  private async later(edit: Edit, waitMs: number, blocksAll = false): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      if (blocksAll) await this.edits.block(tx, edit, waitMs);
      await this.edits.later(tx, edit, waitMs);
    });
  }

  private async shown(edit: Edit, input: MessageInput, text: string, wasPlainText: boolean): Promise<false> {
    await this.outbox.transaction(async (tx) => {
      if (!(await this.edits.shown(tx, edit, wasPlainText))) return;
      await this.edits.keep(tx, edit, input, wasPlainText);
      await this.tell(tx, edit, 'brought_up_to_date', text);
    });
    if (edit.command) this.metrics.updated(edit.command.source.kind);
    return false;
  }

  /** @param reason in a sentence; without one nothing is told */
  private async rest(edit: Edit, reason?: string): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      const isOurs = await this.edits.rest(tx, edit, reason !== undefined);
      if (isOurs && reason !== undefined) await this.tell(tx, edit, 'not_brought_up_to_date', `The issue had changed, but the message still shows it as it was: ${reason}`);
    });
  }

  private async tell(tx: EntityManager, { organization_id, delivery_id }: Edit, kind: string, text: string, slack?: { error: string }): Promise<void> {
    await this.log.write(tx, [{ organizationId: organization_id, deliveryId: delivery_id, story: { kind, text, ...(slack && { slack }) } }]);
  }
}

async function unasked(done: Promise<void>): Promise<undefined> {
  await done;
}

/** What only found out whether Slack answers again is not held against the message, or it would be late for long when Slack does. */
function failsOf({ fails, is_probe }: Edit): number {
  return is_probe ? 0 : fails;
}

function wordsOf({ status, severity }: Issue): string {
  return status === 'open' ? `open, ${severity}` : status;
}
