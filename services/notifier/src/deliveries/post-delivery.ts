/**
 * Posts one claimed delivery and says what became of it. Everything that can be found out beforehand is found out before
 * the request is marked as started; afterwards there is only the request.
 */
import { Injectable } from '@nestjs/common';

import type { DeliverySettings } from '@tocsin/contracts';
import { guardLeaks, kindOfDestinationId, needsReadership, noAnswer, renderMessage, renderPlainText, type MessageInput, type SlackFailure } from '@tocsin/domain';
import type { PostedMessage, SlackAnswer } from '@tocsin/slack';

import { SlackDoors, type OpenDoor } from '../connections/slack-doors.js';
import { DirectoryRepository } from '../directory/directory.repository.js';
import { splitUp } from '../digests/digest-outcome.js';
import { ChannelReadership } from '../directory/readership.js';
import { tell, traced, withoutThread, type Thread } from '../living/claim-telling.js';
import { NotifierConfig } from '../notifier.config.js';
import { DeliverySettingsRepository, unconfirmedPolicy } from '../settings/delivery-settings.repository.js';
import { DeliveryMetrics } from './delivery.metrics.js';
import type { Outcome } from './delivery-result.js';
import type { Claim } from './claim.js';
import { messageInputOf, toldIssues } from './message-of-delivery.js';
import { failed, judge, notYet, posted, suppressed, type Attempt, type Used } from './outcome.js';

/** A post that only waits for its request. */
export interface ReadyPost {
  claim: Claim;
  opened: OpenDoor;
  destinationId: string;
  input: MessageInput;
  attempt: Attempt;
  /** The thread that it goes to. */
  thread?: Thread;
}

const NO_CONNECTION_WAIT_MS = 5000;
const EVENT_TYPE = 'tocsin_delivery';

@Injectable()
export class PostDelivery {
  constructor(
    private readonly doors: SlackDoors,
    private readonly settings: DeliverySettingsRepository,
    private readonly readership: ChannelReadership,
    private readonly directory: DirectoryRepository,
    private readonly metrics: DeliveryMetrics,
    private readonly config: NotifierConfig,
  ) {}

  /** @returns what to post, or what became of the delivery without a request. @throws PeerUnavailable when no token can be had */
  async prepare(claimed: Claim): Promise<{ ready: ReadyPost } | { outcome: Outcome }> {
    const { delivery } = claimed;
    const settings = await this.settings.of(claimed.organizationId);
    const attempt = { attempts: delivery.attempts, ambiguous: delivery.ambiguous, failStreak: delivery.fail_streak, policy: unconfirmedPolicy(settings, delivery.command.source), wasPlainText: false, isProbe: claimed.isProbe };
    if (claimed.leftover) return { outcome: traced(afterFailure(noAnswer('Tocsin was interrupted while it posted'), attempt, undefined), { claim: claimed }, false) };
    const telling = tell(claimed);
    if ('outcome' in telling) return telling;
    const { claim } = telling;
    const destinationId = delivery.destination_id;
    if (destinationId === null) throw new Error('a lane without a Slack id never posts');
    const opened = await this.doors.openVersioned(delivery.connection_id);
    if (!opened) return { outcome: notYet('The workspace is not connected.', NO_CONNECTION_WAIT_MS, Date.now()) };
    const kept = await this.guard({ claim, opened, destinationId, attempt, settings });
    return kept ? { outcome: kept } : { ready: { opened, destinationId, attempt, input: await this.inputOf(claim), ...telling } };
  }

  /** The leak guard: what may not be told there, or not before it is known who can read it. */
  private async guard({ claim, opened, destinationId, attempt, settings }: Omit<ReadyPost, 'input'> & { settings: DeliverySettings }): Promise<Outcome | undefined> {
    const issues = toldIssues(claim.delivery);
    if (kindOfDestinationId(destinationId) === 'user' || !needsReadership(settings.leakGuard, issues)) return undefined;
    const readers = await this.readership.of(claim.delivery.connection_id, destinationId, opened.door);
    if ('failure' in readers) return butNotByPosting(afterFailure(readers.failure, attempt, usedOf({ claim, opened })));
    const refusal = guardLeaks(settings.leakGuard, issues, readers.known);
    return refusal && suppressed(refusal);
  }

  private async inputOf({ delivery }: Claim): Promise<MessageInput> {
    const owners = delivery.command.options?.mention?.owner === true ? toldIssues(delivery).flatMap((issue) => issue.owners) : [];
    return messageInputOf(delivery, this.config.PUBLIC_URL, owners.length > 0 ? await this.directory.peopleByEmail(delivery.connection_id, owners) : [], Date.now());
  }

  /** The request itself, and once more as plain text when Slack refuses the content. */
  async post(ready: ReadyPost): Promise<Outcome> {
    const { text, blocks, attachments } = renderMessage(ready.input);
    const first = await this.send(ready, { text, blocks, attachments });
    if (first.ok) return this.arrived(ready, first.value, false);
    const gone = ready.thread && first.failure.code === 'thread_not_found' ? withoutThread(ready.claim) : undefined;
    if (gone) return gone;
    const verdict = judge(first.failure, ready.attempt, Math.random());
    if (verdict.plainText !== true) return traced(failed(first.failure, verdict, usedOf(ready), Date.now()), ready, false);
    const plain = await this.send(ready, renderPlainText(ready.input));
    if (plain.ok) return this.arrived(ready, plain.value, true);
    const outcome = traced(afterFailure(plain.failure, { ...ready.attempt, wasPlainText: true }, usedOf(ready)), ready, true);
    return ready.claim.delivery.kind === 'digest' && plain.failure.family === 'refused' && plain.failure.kind === 'content' ? splitUp(outcome, plain.failure) : outcome;
  }

  private async send({ claim, opened, destinationId, thread }: ReadyPost, content: { text: string; blocks?: readonly object[]; attachments?: readonly object[] }): Promise<SlackAnswer<PostedMessage>> {
    const metadata = { event_type: EVENT_TYPE, event_payload: { delivery_id: claim.deliveryId } };
    return this.metrics.request('chat.postMessage', () => opened.door.postMessage({ channel: destinationId, ...content, metadata, ...(thread && { channel: thread.channel, threadTs: thread.ts, broadcast: claim.delivery.command.options?.broadcast === true }) }));
  }

  private async arrived(ready: ReadyPost, message: PostedMessage, wasPlainText: boolean): Promise<Outcome> {
    const { claim, destinationId } = ready;
    const { connection_id: connectionId, destination_name: name } = claim.delivery;
    // Only a copy: the next message to the person tells it again, and what was posted must not be lost over it.
    if (kindOfDestinationId(destinationId) === 'user') await this.directory.rememberDirectMessage(connectionId, destinationId, message.channel).catch(() => undefined);
    return traced(posted(message, ready.thread ? `the thread in ${name ?? destinationId}` : (name ?? destinationId), wasPlainText, ready.thread?.ts), ready, wasPlainText);
  }
}

function afterFailure(failure: SlackFailure, attempt: Attempt, used: Used | undefined): Outcome {
  return failed(failure, judge(failure, attempt, Math.random()), used, Date.now());
}

/** Slack limited another method than that which posts: the lane waits as told, and is not taken to send too fast. */
function butNotByPosting(outcome: Outcome): Outcome {
  return { ...outcome, rateLimited: outcome.workspaceWaitMs !== undefined };
}

function usedOf({ claim, opened }: Pick<ReadyPost, 'claim' | 'opened'>): Used {
  return { connectionId: claim.delivery.connection_id, credentialVersion: opened.credentialVersion };
}
