/** What a channel's name or a person's e-mail address means in a workspace: from our copy, else from Slack. */
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';

import { channelName, destinationKey, stopsConnection, type Busy, type DeliveryError, type Destination, type DestinationKind, type SlackFailure } from '@tocsin/domain';

import type { Hold } from '../connections/connection.repository.js';
import { SlackDoors } from '../connections/slack-doors.js';
import { DirectoryListRepository } from './directory-list.repository.js';
import { DirectoryRepository } from './directory.repository.js';

export type Resolution =
  | { found: { id: string; kind: DestinationKind; name: string } }
  | { refused: DeliveryError }
  /** `hold`: Slack refused the credential. */
  | { later: { reason: string; seconds: number; hold?: Hold } };

/** A copy younger than this is trusted when it says that a name does not exist. */
const TRUSTED_COPY_SECONDS = 60;
const CONNECTIONS = 10_000;

@Injectable()
export class ResolveAddress {
  /** Slack limits how often a connection may ask whose an e-mail address is: nothing is asked for it meanwhile. */
  private readonly limits = new LRUCache<string, Busy>({ max: CONNECTIONS });

  constructor(
    private readonly database: DataSource,
    private readonly directory: DirectoryRepository,
    private readonly lists: DirectoryListRepository,
    private readonly doors: SlackDoors,
  ) {}

  async resolve(connectionId: string, destination: Destination): Promise<Resolution> {
    if ('email' in destination) return this.byEmail(connectionId, destination.email.trim().toLowerCase());
    if ('name' in destination && destination.name.trim().startsWith('@')) return { refused: nameOfPerson(destination.name.trim()) };
    if ('name' in destination) return this.byName(connectionId, channelName(destination.name));
    throw new Error('a destination with an id needs no resolution');
  }

  private async byName(connectionId: string, name: string): Promise<Resolution> {
    const channel = await this.directory.channelByName(connectionId, name);
    if (channel) return { found: { id: channel.channel_id, kind: 'channel', name: `#${channel.name}` } };
    const { isWhole, isUnderWay, failure } = await this.lists.channelsWithin(connectionId, TRUSTED_COPY_SECONDS);
    if (isWhole) return { refused: unknownChannel(name) };
    if (!isUnderWay) await this.directory.refresh(this.database, connectionId);
    return { later: { reason: `looking for #${name} in the workspace${failure === null ? '' : `: ${failure}`}`, seconds: 1 } };
  }

  private async byEmail(connectionId: string, email: string): Promise<Resolution> {
    const address = destinationKey({ email });
    const remembered = await this.directory.remembered(connectionId, address);
    if (remembered === null) return { refused: unknownPerson(email) };
    if (remembered !== undefined) return { found: { id: remembered, kind: 'user', name: (await this.nameOf(connectionId, remembered)) ?? email } };
    return this.askSlackFor(connectionId, email, address);
  }

  private async askSlackFor(connectionId: string, email: string, address: string): Promise<Resolution> {
    const limit = this.limits.get(connectionId);
    if (limit) return notAnswered(email, limit, Math.ceil(this.limits.getRemainingTTL(connectionId) / 1000));
    const opened = await this.doors.openVersioned(connectionId);
    if (!opened) return { later: { reason: 'the workspace is not connected', seconds: 5 } };
    const answer = await opened.door.lookupByEmail(email);
    if (answer.ok) {
      await this.directory.remember(connectionId, address, answer.value.id);
      await this.directory.savePeople(connectionId, [answer.value]);
      return { found: { id: answer.value.id, kind: 'user', name: `@${answer.value.displayName || answer.value.name}` } };
    }
    const { failure } = answer;
    if (failure.code === 'users_not_found') {
      await this.directory.remember(connectionId, address, null);
      return { refused: unknownPerson(email) };
    }
    if (failure.family === 'refused' && !stopsConnection(failure)) return { refused: { code: failure.code, message: failure.message, remedy: failure.remedy } };
    if (stopsConnection(failure)) return notAnswered(email, failure, 5, { connectionId, credentialVersion: opened.credentialVersion, slackError: failure.code, reason: failure.message });
    if (failure.family !== 'busy') return notAnswered(email, failure, 5);
    this.limits.set(connectionId, failure, { ttl: Math.max(1, failure.retryAfterSeconds * 1000) });
    return notAnswered(email, failure, failure.retryAfterSeconds);
  }

  private async nameOf(connectionId: string, userId: string): Promise<string | undefined> {
    const person = await this.directory.person(connectionId, userId);
    return person && `@${person.display_name || person.name}`;
  }
}

function notAnswered(email: string, { message }: SlackFailure, seconds: number, hold?: Hold): Resolution {
  return { later: { reason: `Slack could not be asked for ${email}: ${message}`, seconds, ...(hold && { hold }) } };
}

function unknownChannel(name: string): DeliveryError {
  return {
    code: 'channel_not_found',
    message: `The app cannot see a channel #${name} in this workspace.`,
    remedy: 'Check the name. If the channel is private, invite the app to it with /invite, then send again.',
  };
}

/** Names of people are not unique, and people change them; a secret must not reach somebody's namesake. */
function nameOfPerson(name: string): DeliveryError {
  return {
    code: 'ambiguous_person',
    message: `${name} is the name of a person, and several may have it.`,
    remedy: 'Use their e-mail address or id, or pick the person from the list.',
  };
}

function unknownPerson(email: string): DeliveryError {
  return {
    code: 'users_not_found',
    message: `Nobody in this workspace has the e-mail address ${email}.`,
    remedy: 'Use the address of their Slack account, or pick the person from the list. Deactivated people cannot be found.',
  };
}
