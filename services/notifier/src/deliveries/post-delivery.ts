/**
 * Posts one claimed delivery and says what became of it. Everything that can be found out beforehand is found out before
 * the request is marked as started; afterwards there is only the request.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';

import type { DeliverySettings, SendToSlack } from '@tocsin/contracts';
import { guardLeaks, kindOfDestinationId, needsReadership, noAnswer, renderMessage, renderPlainText, type Issue, type MessageInput, type SlackFailure } from '@tocsin/domain';
import { writeMessage, type PostedMessage, type SlackAnswer, type SlackMessage } from '@tocsin/slack';

import { ConnectionRepository } from '../connections/connection.repository.js';
import { SlackDoors, type OpenDoor } from '../connections/slack-doors.js';
import { DirectoryRepository } from '../directory/directory.repository.js';
import { DigestMembersRepository } from '../digests/digest-members.repository.js';
import { splitUp } from '../digests/digest-outcome.js';
import { RenewDigest } from '../digests/renew-digest.js';
import { ChannelReadership } from '../directory/readership.js';
import { tell, traced, withoutThread, type ToPost } from '../living/claim-telling.js';
import { traceOf } from '../living/told.js';
import { NotifierConfig } from '../notifier.config.js';
import { DeliverySettingsRepository, unconfirmedPolicy } from '../settings/delivery-settings.repository.js';
import { commandOf, type Claim, type ClaimedRow } from './claim.js';
import type { Outcome } from './delivery-result.js';
import { DeliveryMetrics } from './delivery.metrics.js';
import { issuesOf } from './issues-of.js';
import { mentionedOwners, messageInputOf, metadataOf, type ToRender } from './message-of-delivery.js';
import { failed, judge, notYet, posted, suppressed, type Attempt, type Used } from './outcome.js';

/** A post that only waits for its request. Its message is written already: while Slack is asked, nothing else is held of its command. */
export interface ReadyPost extends Pick<ToPost, 'thread' | 'leaves'> {
  claim: Claim;
  opened: OpenDoor;
  message: Buffer;
  attempt: Attempt;
}

const NO_CONNECTION_WAIT_MS = 5000;
/** The lane's lease and a place among those that post are held meanwhile. */
const LONGEST_TURN_MS = 2000;

@Injectable()
export class PostDelivery {
  constructor(
    private readonly doors: SlackDoors,
    private readonly connections: ConnectionRepository,
    private readonly settings: DeliverySettingsRepository,
    private readonly readership: ChannelReadership,
    private readonly directory: DirectoryRepository,
    private readonly digests: RenewDigest,
    private readonly members: DigestMembersRepository,
    private readonly metrics: DeliveryMetrics,
    private readonly config: NotifierConfig,
  ) {}

  /** @returns what to post, or what became of the delivery without a request. @throws PeerUnavailable when no token can be had */
  async prepare(claim: Claim): Promise<{ ready: ReadyPost } | { outcome: Outcome }> {
    const { delivery } = claim;
    const renewed = delivery.kind === 'digest' && !claim.leftover ? await this.digests.renew(claim) : undefined;
    if (renewed && 'outcome' in renewed) return renewed;
    Object.assign(delivery, renewed);
    const command = commandOf(delivery);
    const settings = await this.settings.of(claim.organizationId);
    const attempt = { attempts: delivery.attempts, ambiguous: delivery.ambiguous, failStreak: delivery.fail_streak, policy: unconfirmedPolicy(settings, command.source), wasPlainText: false, isProbe: claim.isProbe };
    if (claim.leftover) return { outcome: traced(afterFailure(noAnswer('Tocsin was interrupted while it posted'), attempt, undefined), traceOf(command), false) };
    const told = tell(delivery, command);
    if ('outcome' in told) return told;
    const { shown, thread, leaves } = told;
    const opened = await this.doors.openVersioned(delivery.connection_id);
    if (!opened) return { outcome: notYet('The workspace is not connected.', NO_CONNECTION_WAIT_MS, Date.now()) };
    const kept = await this.guard({ claim, opened, attempt }, [...issuesOf(shown.command), ...(await this.countedBy(delivery, command))], settings);
    if (kept) return { outcome: kept };
    return { ready: { claim, opened, attempt, thread, leaves, message: this.write(claim, told, renderMessage(await this.inputOf(delivery, shown))) } };
  }

  /** The leak guard: what may not be told there, or not before it is known who can read it. */
  private async guard({ claim, opened, attempt }: Pick<ReadyPost, 'claim' | 'opened' | 'attempt'>, issues: readonly Pick<Issue, 'severity' | 'category'>[], { leakGuard }: DeliverySettings): Promise<Outcome | undefined> {
    const destinationId = destinationOf(claim);
    if (kindOfDestinationId(destinationId) === 'user' || !needsReadership(leakGuard, issues)) return undefined;
    const readers = await this.readership.of(claim.delivery.connection_id, destinationId, opened.door);
    if ('failure' in readers) return butNotByPosting(afterFailure(readers.failure, attempt, usedOf({ claim, opened })));
    const refusal = guardLeaks(leakGuard, issues, readers.known);
    return refusal && suppressed(refusal);
  }

  /** A digest, or one that is sent again, tells more than it names. */
  private async countedBy(delivery: ClaimedRow, { source }: SendToSlack): Promise<Pick<Issue, 'severity' | 'category'>[]> {
    return delivery.kind === 'digest' || (delivery.replay_of !== null && source.kind === 'digest') ? this.members.kindsTold(delivery) : [];
  }

  private async inputOf({ connection_id: connectionId, claimed_at: claimedAt }: ClaimedRow, shown: ToRender): Promise<MessageInput> {
    return messageInputOf(shown, this.config.PUBLIC_URL, await this.directory.peopleByEmail(connectionId, mentionedOwners(shown.command)), claimedAt.getTime());
  }

  private write(claim: Claim, { shown, thread }: ToPost, content: Pick<SlackMessage, 'text' | 'blocks' | 'attachments'>): Buffer {
    return writeMessage({ channel: thread?.channel ?? destinationOf(claim), metadata: metadataOf(claim.deliveryId), threadTs: thread?.ts, broadcast: shown.command.options?.broadcast === true, ...content });
  }

  /** The request itself, and a second one as plain text when Slack refuses the content. */
  async post(ready: ReadyPost): Promise<Outcome> {
    const { claim, opened, attempt, thread, leaves, message } = ready;
    const first = await this.send(opened, message);
    if (first.ok) return this.arrived(ready, first.value, false);
    const gone = thread && first.failure.code === 'thread_not_found' ? withoutThread(claim.delivery, commandOf(claim.delivery)) : undefined;
    if (gone) return gone;
    const verdict = judge(first.failure, attempt, Math.random());
    if (verdict.plainText !== true) return traced(failed(first.failure, verdict, usedOf(ready), Date.now()), leaves, false);
    const told = tell(claim.delivery, commandOf(claim.delivery));
    if ('outcome' in told) return told.outcome;
    return this.postPlain(ready, this.write(claim, told, renderPlainText(await this.inputOf(claim.delivery, told.shown))));
  }

  /** A request like any other: it comes a turn after the refused one, and the next message a turn after it. */
  private async postPlain(ready: ReadyPost, message: Buffer): Promise<Outcome> {
    const { claim, opened, attempt, leaves } = ready;
    const turnMs = this.config.SLACK_CHANNEL_INTERVAL_MS;
    await sleep(Math.min(turnMs, LONGEST_TURN_MS));
    await this.connections.charge(claim.delivery.connection_id, this.config.SLACK_WORKSPACE_RATE);
    const plain = await this.send(opened, message);
    if (plain.ok) return waitingAtLeast(turnMs, await this.arrived(ready, plain.value, true));
    const outcome = waitingAtLeast(turnMs, traced(afterFailure(plain.failure, { ...attempt, wasPlainText: true }, usedOf(ready)), leaves, true));
    return claim.delivery.kind === 'digest' && plain.failure.family === 'refused' && plain.failure.kind === 'content' ? splitUp(outcome, plain.failure) : outcome;
  }

  private async send({ door }: OpenDoor, message: Buffer): Promise<SlackAnswer<PostedMessage>> {
    return this.metrics.request('chat.postMessage', () => door.postMessage(message));
  }

  private async arrived(ready: ReadyPost, message: PostedMessage, wasPlainText: boolean): Promise<Outcome> {
    const { claim, thread, leaves } = ready;
    const { connection_id: connectionId, destination_name: name, claimed_at: claimedAt, said_at: saidAt } = claim.delivery;
    const destinationId = destinationOf(claim);
    // Only a copy: the next message to the person tells it again, and what was posted must not be lost over it.
    if (kindOfDestinationId(destinationId) === 'user') await this.directory.rememberDirectMessage(connectionId, destinationId, message.channel).catch(() => undefined);
    const place = thread ? `the thread in ${name ?? destinationId}` : (name ?? destinationId);
    return traced(posted(message, place, wasPlainText, thread?.ts, claim.attempt === 1 ? claimedAt.getTime() - saidAt.getTime() : 0), leaves, wasPlainText);
  }
}

function destinationOf({ delivery }: Claim): string {
  if (delivery.destination_id === null) throw new Error('a lane without a Slack id never posts');
  return delivery.destination_id;
}

function afterFailure(failure: SlackFailure, attempt: Attempt, used: Used | undefined): Outcome {
  return failed(failure, judge(failure, attempt, Math.random()), used, Date.now());
}

function waitingAtLeast(ms: number, outcome: Outcome): Outcome {
  return { ...outcome, laneWaitMs: Math.max(outcome.laneWaitMs, ms) };
}

/** Slack limited another method than that which posts: the lane waits as told, and is not taken to send too fast. */
function butNotByPosting(outcome: Outcome): Outcome {
  return { ...outcome, rateLimited: outcome.workspaceWaitMs !== undefined };
}

function usedOf({ claim, opened }: Pick<ReadyPost, 'claim' | 'opened'>): Used {
  return { connectionId: claim.delivery.connection_id, credentialVersion: opened.credentialVersion };
}
