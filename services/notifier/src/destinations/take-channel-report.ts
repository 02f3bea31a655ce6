/** What one of Slack's events tells of a channel: our copy follows at once, so does the destination. Events come twice and late. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { ChannelReported } from '@tocsin/contracts';
import { kindOfDestinationId, mayPostTo, type DestinationNews } from '@tocsin/domain';
import { Outbox, PeerUnavailable } from '@tocsin/platform';
import type { SlackChannel } from '@tocsin/slack';

import type { KnownConnection } from '../connections/connection.repository.js';
import { SlackDoors } from '../connections/slack-doors.js';
import { DirectoryRepository } from '../directory/directory.repository.js';
import { ResolutionJob } from '../directory/resolution.job.js';
import { storable } from '../directory/sought.js';
import { CopiedByEventRepository } from './copied-by-event.repository.js';
import { HearOfDestinations } from './hear-of-destinations.js';
import { SendAgainAtNewId } from './send-again-at-new-id.js';

/** News that does not say all that must be known of the channel from now on: Slack is asked. */
const ASKED: readonly ChannelReported['news'][] = ['joined', 'shared', 'unshared'];

@Injectable()
export class TakeChannelReport {
  constructor(
    private readonly copy: CopiedByEventRepository,
    private readonly directory: DirectoryRepository,
    private readonly doors: SlackDoors,
    private readonly destinations: HearOfDestinations,
    private readonly outbox: Outbox,
    private readonly resolution: ResolutionJob,
    private readonly sendAgain: SendAgainAtNewId,
  ) {}

  async take(connection: KnownConnection, report: ChannelReported, at: Date): Promise<void> {
    const { organizationId, connectionId } = connection;
    const { channel, news, newId } = report;
    await this.outbox.transaction(async (tx) => {
      const kept = await this.keep(tx, { connectionId, channelId: channel.id, at }, report);
      const key = { organizationId, connectionId, destinationId: channel.id };
      if (news === 'id_changed' && newId !== undefined && (await this.destinations.changeId(tx, key, newId, at.getTime()))) await this.sendAgain.begin(tx, key, at);
      await this.destinations.hear(tx, newsOf(report, at.getTime(), kept?.isPrivate, connection).map((one) => ({ ...key, news: one })));
    });
    const asked = ASKED.includes(news) ? await this.ask(connectionId, channel.id, news === 'shared') : undefined;
    // Of several companies one may have left: only Slack knows whether it is shared still.
    if (news === 'unshared' && asked?.isShared === false) {
      await this.outbox.transaction((tx) => this.destinations.hear(tx, [{ organizationId, connectionId, destinationId: channel.id, news: { kind: 'unshared', at: at.getTime() } }]));
    }
    if (news === 'id_changed') this.wake();
  }

  private wake(): void {
    this.resolution.wake();
    this.sendAgain.wake();
  }

  /** @returns what the copy knew of a channel that our app left */
  private async keep(tx: EntityManager, place: { connectionId: string; channelId: string; at: Date }, { channel: { id, name }, news, newId }: ChannelReported): Promise<{ isPrivate: boolean | undefined } | undefined> {
    switch (news) {
      case 'created':
        if (name !== undefined && id.startsWith('C')) await this.copy.created(tx, place, name);
        break;
      case 'renamed':
        if (name !== undefined) await this.copy.renamed(tx, place, name);
        break;
      case 'archived':
      case 'unarchived':
        await this.copy.archived(tx, place, news === 'archived');
        break;
      case 'deleted':
        await this.copy.deleted(tx, place);
        break;
      case 'shared':
        await this.copy.shared(tx, place);
        break;
      case 'id_changed':
        if (newId !== undefined && kindOfDestinationId(newId) === 'channel') await this.copy.changedId(tx, place, newId);
        break;
      case 'joined':
        await this.copy.joined(tx, place);
        break;
      case 'left':
        return { isPrivate: await this.copy.left(tx, place) };
      case 'unshared':
    }
    return undefined;
  }

  /**
   * What cannot be asked now is found out by the next look at the directory, or by the leak guard before it matters.
   * @param isShared it is, whatever an answer says that may be older
   */
  private async ask(connectionId: string, channelId: string, isShared: boolean): Promise<SlackChannel | undefined> {
    try {
      const answer = await (await this.doors.open(connectionId))?.channelInfo(channelId);
      if (answer?.ok !== true) return undefined;
      await this.directory.saveChannels(connectionId, [{ ...answer.value, isShared: isShared || answer.value.isShared }]);
      return answer.value;
    } catch (error) {
      if (error instanceof PeerUnavailable) return undefined;
      throw error;
    }
  }
}

/** @param isPrivate of a channel that our app left; undefined when nobody knows, and then the next message finds out */
function newsOf({ channel: { name }, news }: ChannelReported, at: number, isPrivate: boolean | undefined, { scopes }: KnownConnection): DestinationNews[] {
  switch (news) {
    case 'renamed':
      return name === undefined ? [] : [{ kind: 'renamed', name: `#${storable(name)}`, at }];
    case 'left':
      return [{ kind: 'left', canStillPost: mayPostTo({ isMember: false, isPrivate: isPrivate === true }, scopes), at }];
    case 'created':
    case 'id_changed':
    case 'unshared':
      return [];
    default:
      return [{ kind: news, at }];
  }
}
