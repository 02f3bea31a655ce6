/**
 * One Slack workspace: its channels, direct messages, people and the bots of installed apps. Ids never change, names may;
 * looking up by name finds public channels only, as Slack does.
 */
import { createHash } from 'node:crypto';

export interface Person {
  id: string;
  name: string;
  realName: string;
  email?: string;
  deleted: boolean;
  /** Set on bots: the `B…` id that signs their messages. */
  botId?: string;
}

export interface Channel {
  id: string;
  kind: 'public' | 'private' | 'im';
  name: string;
  previousNames: string[];
  purpose: string;
  isGeneral: boolean;
  isArchived: boolean;
  /** Shared with another company. */
  isShared: boolean;
  /** User ids, bots' user ids among them. */
  members: Set<string>;
  /** Unix seconds. */
  created: number;
  /** The person at the other end of a direct message. */
  userId?: string;
}

export class Workspace {
  readonly channels = new Map<string, Channel>();
  readonly people = new Map<string, Person>();
  /** Channels that every app of this workspace is a member of as soon as it is installed. */
  readonly appChannels: string[] = [];

  constructor(
    readonly id: string,
    readonly name: string,
    /** `acme` of `acme.slack.com`. */
    readonly domain: string,
  ) {}

  get url(): string {
    return `https://${this.domain}.slack.com/`;
  }

  /** A channel by id or by name with or without `#`, of whatever kind: for the operator's controls, not for the API. */
  findChannel(idOrName: string): Channel | undefined {
    const name = idOrName.replace(/^#/, '');
    return this.channels.get(idOrName) ?? this.conversations().find((channel) => channel.name === name);
  }

  publicChannelNamed(name: string): Channel | undefined {
    return this.conversations().find((channel) => channel.kind === 'public' && channel.name === name);
  }

  conversations(): Channel[] {
    return [...this.channels.values()];
  }

  /** The direct message between a bot and a person, opened on first use; its id is the same every time. */
  directMessage(botUserId: string, person: Person, created: number): Channel {
    const id = directMessageId(botUserId, person.id);
    const known = this.channels.get(id);
    if (known) return known;
    const channel: Channel = {
      id, kind: 'im', name: person.name, previousNames: [], purpose: '', isGeneral: false, isArchived: false, isShared: false,
      members: new Set([botUserId, person.id]), created, userId: person.id,
    };
    this.channels.set(id, channel);
    return channel;
  }

  /** Brings an app's bot in: a person of the bot kind, member of the channels that apps are in. */
  addBot(bot: Person): void {
    this.people.set(bot.id, bot);
    for (const id of this.appChannels) this.channels.get(id)?.members.add(bot.id);
  }
}

/** The same two always have the same direct message. */
function directMessageId(botUserId: string, userId: string): string {
  const digest = createHash('sha256').update(`${botUserId}:${userId}`).digest();
  return `D0${BigInt(`0x${digest.subarray(0, 7).toString('hex')}`).toString(36).toUpperCase().padStart(9, '0').slice(0, 9)}`;
}
