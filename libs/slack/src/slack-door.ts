/**
 * The one door to Slack. Every method answers with a value or a failure and tries once: trying again is for callers,
 * who know what a repetition would cost. A door belongs to one credential; connections are shared per address.
 * Messages go straight over the transport, since thousands of them may, and so do lists, whose pages are large; everything
 * else goes through Slack's client.
 */
import { LogLevel, WebClient, type ConversationsListResponse, type Logger, type UsersConversationsResponse, type UsersListResponse } from '@slack/web-api';
import type { Dispatcher } from 'undici';

import { answerOf, answerOfReply, type SlackAnswer, type SlackPage } from './slack-answer.js';
import { slackBaseUrl } from './slack-base-url.js';
import { toChannel, toIdentity, toInstallation, toPage, toPerson, type Installation, type PostedMessage, type SlackChannel, type SlackIdentity, type SlackPerson } from './slack-results.js';
import { DEADLINES, exchange, fetchOver, poolFor, type Deadlines } from './slack-transport.js';

export interface SlackDoorOptions {
  /** `https://slack.com`, or a sandbox; the API is below `/api/`. */
  baseUrl: string;
  /** Bot token; left out for {@link SlackDoor.oauthAccess}. */
  token?: string;
  deadlines?: Deadlines;
  /** Told of what a defect of ours threw; the answer says only that there was one. */
  onDefect?: (error: unknown) => void;
}

export interface SlackMessage {
  /** `C…`, `G…` or `D…`; `U…` posts to the person's direct messages with the app. */
  channel: string;
  /** Complete by itself: it is what notifications and screen readers tell. At most 4,000 characters. */
  text: string;
  /** Block Kit. */
  blocks?: readonly object[];
  attachments?: readonly object[];
  /** Visible to everybody in the workspace. */
  metadata?: { event_type: string; event_payload: Record<string, string | number | boolean> };
  /** Parent message: reply in its thread. */
  threadTs?: string | undefined;
  /** Show the reply in the channel as well. */
  broadcast?: boolean;
}

export type MessageEdit = PostedMessage & Pick<SlackMessage, 'text' | 'blocks' | 'attachments' | 'metadata'>;

export interface OAuthExchange {
  code: string;
  clientId: string;
  clientSecret: string;
  /** The same as on the consent page. */
  redirectUri: string;
}

export interface TokenRenewal {
  refreshToken: string;
  clientId: string;
  clientSecret: string;
}

/** The WebClient prints to the console unless given a logger; what there is to say is in the answers. */
const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

export class SlackDoor {
  private readonly client: WebClient;
  private readonly pool: Dispatcher;
  private readonly onDefect: (error: unknown) => void;
  private readonly api: { path: string; headers: Record<string, string>; totalMs: number };

  /** @throws Error when `baseUrl` must not be used; see slackBaseUrl */
  constructor({ baseUrl, token, deadlines = DEADLINES, onDefect = () => undefined }: SlackDoorOptions) {
    const address = slackBaseUrl(baseUrl);
    const { pathname } = new URL(`${address}/api/`);
    this.onDefect = onDefect;
    this.pool = poolFor(address, deadlines);
    this.api = { path: pathname, headers: { authorization: `Bearer ${token ?? ''}`, 'content-type': 'application/json; charset=utf-8' }, totalMs: deadlines.totalMs };
    this.client = new WebClient(token, {
      slackApiUrl: `${address}/api/`,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: deadlines.totalMs,
      allowAbsoluteUrls: false,
      logger: SILENT,
      // An object of its own: the WebClient writes the token into it, and a shared one would carry it to the next tenant.
      headers: {},
      fetch: fetchOver(this.pool, address),
    });
  }

  /** auth.test: whose token it is; `scopes` of the answer are what it was granted. */
  async authTest(): Promise<SlackAnswer<SlackIdentity>> {
    return this.watched(answerOf(() => this.client.auth.test(), toIdentity));
  }

  /** auth.revoke: the token stops working for everybody who holds it. */
  async authRevoke(): Promise<SlackAnswer<true>> {
    return this.watched(answerOf(() => this.client.auth.revoke(), () => true as const));
  }

  /** oauth.v2.access: exchanges an installation code, which works once and for ten minutes. */
  async oauthAccess({ code, clientId, clientSecret, redirectUri }: OAuthExchange): Promise<SlackAnswer<Installation>> {
    return this.watched(answerOf(() => this.client.oauth.v2.access({ code, client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri }), toInstallation));
  }

  /** oauth.v2.access: the next token for a refresh token, which works once; Slack takes it again only for a short while after. */
  async oauthRenew({ refreshToken, clientId, clientSecret }: TokenRenewal): Promise<SlackAnswer<Installation>> {
    return this.watched(answerOf(() => this.client.oauth.v2.access({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId, client_secret: clientSecret }), toInstallation));
  }

  /** conversations.list, archived ones included; private channels appear only where the app is in. */
  async listChannels(cursor?: string, types = 'public_channel,private_channel', limit = 200): Promise<SlackAnswer<SlackPage<SlackChannel>>> {
    return this.list('conversations.list', { types, limit, cursor }, ({ channels, response_metadata }: ConversationsListResponse) =>
      toPage(channels, response_metadata?.next_cursor, (channel) => toChannel(channel)));
  }

  /** users.conversations: the channels that the app is in; a cheaper list than all. */
  async listMemberChannels(cursor?: string, types = 'public_channel,private_channel', limit = 200): Promise<SlackAnswer<SlackPage<SlackChannel>>> {
    return this.list('users.conversations', { types, limit, cursor }, ({ channels, response_metadata }: UsersConversationsResponse) =>
      toPage(channels, response_metadata?.next_cursor, (channel) => toChannel(channel, true)));
  }

  /** users.list: everybody, deactivated people and bots included and marked. */
  async listPeople(cursor?: string, limit = 200): Promise<SlackAnswer<SlackPage<SlackPerson>>> {
    return this.list('users.list', { limit, cursor }, ({ members, response_metadata }: UsersListResponse) => toPage(members, response_metadata?.next_cursor, toPerson));
  }

  /** conversations.info. */
  async channelInfo(channel: string): Promise<SlackAnswer<SlackChannel>> {
    return this.watched(answerOf(() => this.client.conversations.info({ channel }), (result) => result.channel && toChannel(result.channel)));
  }

  /** users.info. */
  async userInfo(user: string): Promise<SlackAnswer<SlackPerson>> {
    return this.watched(answerOf(() => this.client.users.info({ user }), (result) => result.user && toPerson(result.user)));
  }

  /** users.lookupByEmail: `users_not_found` also for deactivated people. */
  async lookupByEmail(email: string): Promise<SlackAnswer<SlackPerson>> {
    return this.watched(answerOf(() => this.client.users.lookupByEmail({ email }), (result) => result.user && toPerson(result.user)));
  }

  /**
   * chat.postMessage: the answer's channel is a `D…` when the message went to a person.
   * @param message itself, or what {@link writeMessage} made of it, for whoever would not hold it until Slack has answered
   */
  async postMessage(message: SlackMessage | Buffer): Promise<SlackAnswer<PostedMessage>> {
    return this.chat('chat.postMessage', Buffer.isBuffer(message) ? message : writeMessage(message));
  }

  /** chat.update: the whole message is replaced; blocks that are left out are removed. */
  async updateMessage({ channel, ts, ...message }: MessageEdit): Promise<SlackAnswer<PostedMessage>> {
    return this.chat('chat.update', toBytes({ channel, ts, ...message, parse: 'none' }));
  }

  /** chat.delete. */
  async deleteMessage({ channel, ts }: PostedMessage): Promise<SlackAnswer<PostedMessage>> {
    return this.chat('chat.delete', toBytes({ channel, ts }));
  }

  /** Lists are read as a form, which is all that they take. A page holds a megabyte: Slack's client would copy it four times. */
  private async list<R extends object, T>(method: string, { types, limit, cursor }: { types?: string; limit: number; cursor: string | undefined }, read: (result: R) => SlackPage<T> | undefined): Promise<SlackAnswer<SlackPage<T>>> {
    const { path, headers, totalMs } = this.api;
    const body = new URLSearchParams({ ...(types !== undefined && { types }), limit: String(limit), ...(cursor !== undefined && { cursor }) }).toString();
    return this.watched(answerOfReply(() => exchange(this.pool, { path: path + method, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body, totalMs }), (result) => read(result as R)));
  }

  private async chat(method: string, body: Buffer): Promise<SlackAnswer<PostedMessage>> {
    const { path, headers, totalMs } = this.api;
    return this.watched(answerOfReply(() => exchange(this.pool, { path: path + method, headers, body, totalMs }), toPosted));
  }

  private async watched<T>(asked: Promise<SlackAnswer<T>>): Promise<SlackAnswer<T>> {
    const answer = await asked;
    if (!answer.ok && answer.failure.family === 'bug') this.onDefect(answer.failure.cause);
    return answer;
  }
}

/** The body of chat.postMessage. Bytes lie beside the heap: what waits for Slack costs garbage collection nothing. */
export function writeMessage({ channel, text, blocks, attachments, metadata, threadTs, broadcast }: SlackMessage): Buffer {
  const reply_broadcast = threadTs !== undefined && broadcast === true ? true : undefined;
  return toBytes({ channel, text, blocks, attachments, metadata, thread_ts: threadTs, reply_broadcast, ...PLAIN });
}

function toBytes(body: object): Buffer {
  return Buffer.from(JSON.stringify(body));
}

/** Nothing in a message is looked up, linked or unfolded by Slack. */
const PLAIN = { unfurl_links: false, unfurl_media: false, parse: 'none' } as const;

const CHANNEL = /^\w{1,64}$/;
const TS = /^\d{1,15}\.\d{1,9}$/;

function toPosted(result: object): PostedMessage | undefined {
  const { channel, ts } = result as { channel?: unknown; ts?: unknown };
  return typeof channel === 'string' && CHANNEL.test(channel) && typeof ts === 'string' && TS.test(ts) ? { channel, ts } : undefined;
}
