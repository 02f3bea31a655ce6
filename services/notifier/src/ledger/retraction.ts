/**
 * Takes back what was posted to the wrong place: deletes it in Slack, then says so here. Deleting twice does no harm, so
 * whoever is interrupted between the two asks again, one at a time. What a digest told is taken back with it, and so is what
 * was answered in its thread: that first, and the newest of it before the rest, so that an interruption leaves the message to ask for.
 * Of a copy whose post was never confirmed the place is not known: that it may be there is said.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { Delivery } from '@tocsin/contracts';
import { isUnanswered, type SlackFailure } from '@tocsin/domain';
import { Audit, nameOf, notFound, Outbox, type ProblemException } from '@tocsin/platform';
import type { PostedMessage, SlackDoor } from '@tocsin/slack';

import type { Author } from '../author.js';
import { BreakerRepository } from '../breaker/breaker.repository.js';
import { SlackDoors } from '../connections/slack-doors.js';
import type { DeliveryKey } from '../deliveries/delivery-key.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { DeliveryMetrics } from '../deliveries/delivery.metrics.js';
import { deliveryView, type DeliveryRow } from '../deliveries/delivery-view.js';
import { lockLane } from '../deliveries/lock-lane.js';
import { ToldIssues } from '../living/told-issues.repository.js';
import { AnswersInThread, type Answer } from './answers-in-thread.repository.js';
import { DeliveryQueries } from './delivery.queries.js';
import { copyStory, lostAnswers, RETRACTED, retractedWithCopy } from './possible-copies.js';
import { RetractionLease } from './retraction-lease.repository.js';
import { refusal, slackAskedToWait } from './retraction-refusal.js';
import { RetractionWaits } from './retraction-waits.repository.js';
import { conflict } from './wrong-state.js';

/** It is not there any more, which is what was wanted. */
const GONE: readonly string[] = ['message_not_found'];
/** After any other failure the message may be gone, and whoever kept it up to date would post it anew. */
const NOT_DELETED: readonly SlackFailure['family'][] = ['refused', 'busy', 'shaken'];
/** Slack says so of a message that is there. */
const THERE: readonly string[] = ['cant_delete_message'];

/** Who takes what back, under which lease. */
interface Taking {
  author: Author;
  reason: string | undefined;
  row: DeliveryRow;
  message: PostedMessage;
  leaseId: string;
  /** It was kept up to date: nobody tried before without hearing what became of it. */
  wasLiving: boolean;
  door: SlackDoor;
}

@Injectable()
export class Retraction {
  constructor(
    private readonly queries: DeliveryQueries,
    private readonly doors: SlackDoors,
    private readonly metrics: DeliveryMetrics,
    private readonly told: ToldIssues,
    private readonly leases: RetractionLease,
    private readonly waits: RetractionWaits,
    private readonly answers: AnswersInThread,
    private readonly breakers: BreakerRepository,
    private readonly log: DeliveryLog,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  /** @throws ProblemException 404, 409 when it is not in a channel, 422 when Slack refuses, 429 and 503 when it can be tried again. @throws PeerUnavailable */
  async retract(author: Author, deliveryId: string, reason: string | undefined): Promise<Delivery> {
    const row = await this.queries.row(author.organizationId, deliveryId);
    if (!row) throw await this.queries.absenceOf(author.organizationId, deliveryId);
    messageOf(row);
    const door = await this.doors.open(row.connection_id);
    if (!door) throw conflict('The workspace is not connected any more.', 'Connect it again, or delete the message in Slack.');
    const taking = { author, reason, row, door, ...(await this.begin(row)) };
    const left = await this.takeAnswers(taking);
    const failure = await this.delete(taking, taking.message);
    if (failure) throw await this.giveUp(taking, failure, THERE.includes(failure.code) || (taking.wasLiving && NOT_DELETED.includes(failure.family)));
    return this.outbox.transaction(async (tx) => {
      await this.record(tx, taking, row, taking.message, left);
      await this.leases.giveBack(tx, row, taking.leaseId);
      const now = await this.queries.row(author.organizationId, deliveryId, tx);
      if (!now) throw notFound('delivery', deliveryId);
      return deliveryView(now);
    });
  }

  /** @returns how many Slack does not delete. @throws ProblemException when one could be deleted another time */
  private async takeAnswers(taking: Taking): Promise<number> {
    const { row, message } = taking;
    const left: string[] = [];
    for (;;) {
      const answer = await this.answers.newest(row, message, left);
      if (!answer) return left.length;
      const place = { channel: answer.slack_channel, ts: answer.slack_ts };
      const failure = await this.delete(taking, place);
      if (!failure) await this.outbox.transaction((tx) => this.record(tx, taking, answer, place));
      else if (!isAboutOne(failure)) throw await this.giveUp(taking, failure, taking.wasLiving);
      else {
        left.push(answer.delivery_id);
        await this.outbox.transaction((tx) => this.tellFailure(tx, taking, answer, failure));
      }
    }
  }

  /** @returns why it is not deleted. @throws ProblemException 409 when somebody else is at it by now */
  private async delete({ row, leaseId, door }: Taking, place: PostedMessage): Promise<SlackFailure | undefined> {
    if (!(await this.leases.extend(row, leaseId))) throw takenBackNow();
    const answer = await this.metrics.request('chat.delete', () => door.deleteMessage(place));
    await this.breakers.learn([{ connection: row.connection_id, failed: !answer.ok && isUnanswered(answer.failure), isEdit: true }], false);
    return answer.ok || GONE.includes(answer.failure.code) ? undefined : answer.failure;
  }

  /** Nothing keeps the message up to date from here on. @throws ProblemException 409 when somebody else is at it, or was faster, 429 while Slack wants nothing deleted */
  private async begin({ organization_id, delivery_id, lane_id }: DeliveryRow): Promise<Pick<Taking, 'message' | 'leaseId' | 'wasLiving'>> {
    return this.outbox.transaction(async (tx) => {
      await lockLane(tx, lane_id);
      const row = await this.queries.row(organization_id, delivery_id, tx);
      if (!row) throw notFound('delivery', delivery_id);
      const message = messageOf(row);
      const seconds = await this.waits.left(tx, row.connection_id);
      if (seconds !== undefined) throw slackAskedToWait(seconds);
      const leaseId = await this.leases.take(tx, row);
      if (leaseId === undefined) throw takenBackNow();
      return { message, leaseId, wasLiving: await this.told.leaveAlone(tx, row) };
    });
  }

  /** @param isThere the message certainly is @returns what to answer */
  private async giveUp(taking: Taking, failure: SlackFailure, isThere: boolean): Promise<ProblemException> {
    const { row, leaseId } = taking;
    await this.outbox.transaction(async (tx) => {
      const isOurs = await this.leases.giveBack(tx, row, leaseId);
      if (isOurs && isThere) await this.told.resume(tx, row);
      if (failure.family === 'busy') await this.waits.remember(tx, row.connection_id, failure.retryAfterSeconds);
      await this.tellFailure(tx, taking, row, failure);
    });
    return refusal(failure);
  }

  private async tellFailure(tx: EntityManager, { author }: Taking, { organization_id: organizationId, delivery_id: deliveryId }: DeliveryKey, { code, message }: SlackFailure): Promise<void> {
    await this.log.write(tx, [{ organizationId, deliveryId, story: { kind: 'not_retracted', text: `Could not be taken back by ${nameOf(author.actor)}: ${message}`, slack: { error: code } } }]);
  }

  /** @param left answers in its thread that stay */
  private async record(tx: EntityManager, { author, reason, row }: Taking, posted: Omit<Answer, 'slack_channel' | 'slack_ts'>, message: PostedMessage, left = 0): Promise<void> {
    const { organization_id, delivery_id, lane_id } = posted;
    const place = row.destination_name ?? message.channel;
    await lockLane(tx, lane_id);
    await this.told.forget(tx, { organization_id, delivery_id });
    const lostAt = await lostAnswers(tx, posted);
    const [taken] = await tx.query<[DeliveryKey[], number]>(
      `update deliveries d set state = 'suppressed', error = $4, slack_channel = null, slack_ts = null, version = version + 1, settled_at = clock_timestamp()
       where d.organization_id = $1 and (d.delivery_id = $2 or d.digest_id = $2) and d.state = 'posted' and d.slack_ts = $3 returning d.organization_id, d.delivery_id`,
      [organization_id, delivery_id, message.ts, JSON.stringify(lostAt ? retractedWithCopy(place, lostAt) : RETRACTED)],
    );
    if (taken.length === 0) return; // somebody else was faster, and has told it
    const remains = left === 0 ? '' : ` (${left === 1 ? 'an answer' : `${left} answers`} in its thread could not be deleted)`;
    const text = `Taken back from ${place} by ${nameOf(author.actor)}${remains}${reason === undefined ? '' : `: ${reason}`}`;
    for (const story of [{ kind: 'retracted', text, slack: message }, ...(lostAt ? [copyStory(place, lostAt)] : [])]) {
      await this.log.write(tx, taken.map((key) => ({ organizationId: key.organization_id, deliveryId: key.delivery_id, story })));
    }
    await this.log.tellSettled(tx, taken);
    await this.audit.record(tx, { ...author, action: 'delivery.retracted', target: { kind: 'delivery', id: delivery_id }, before: message, after: { deliveries: taken.length, ...(reason !== undefined && { reason }) } });
  }
}

/** Slack does not delete this one; others it may. */
function isAboutOne(failure: SlackFailure): boolean {
  return failure.family === 'refused' && failure.kind !== 'connection' && failure.kind !== 'configuration';
}

function takenBackNow(): ProblemException {
  return conflict('The delivery is being taken back at this moment.', 'Look again in a few seconds.');
}

/** Where the message is. @throws ProblemException 409 when it is nowhere, or not this delivery's alone */
function messageOf({ state, digest_id, slack_channel: channel, slack_ts: ts }: DeliveryRow): PostedMessage {
  if (state !== 'posted') throw conflict(`The delivery is ${state}: only what was posted can be taken back.`);
  if (digest_id !== null) throw conflict(`The delivery was told by the digest ${digest_id}.`, 'Take the digest back: the others that it told go with it.');
  if (channel === null || ts === null) throw conflict('It is not known where the message is.', 'Delete it in Slack.');
  return { channel, ts };
}
