/** What we keep of Slack's answers: ids, names and flags in words of our own. */
import type { AuthTestResponse, ConversationsListResponse, OauthV2AccessResponse, UsersListResponse } from '@slack/web-api';

import type { SlackPage } from './slack-answer.js';

type RawChannel = NonNullable<ConversationsListResponse['channels']>[number];
type RawPerson = NonNullable<UsersListResponse['members']>[number];

export interface SlackIdentity {
  workspace: { id: string; name: string; url: string };
  /** `id` (`B…`) is missing when the token is a person's. */
  bot: { id?: string; userId: string; name: string };
  appId?: string;
  /** Installed for a whole Slack organization instead of one workspace. */
  isEnterpriseInstall: boolean;
  /** What is left of a token that ends. */
  expiresInSeconds?: number;
}

export interface SlackChannel {
  id: string;
  /** Without `#`. */
  name: string;
  isPrivate: boolean;
  /** Shared with another company. */
  isShared: boolean;
  isArchived: boolean;
  isMember: boolean;
}

export interface SlackPerson {
  id: string;
  /** Handle without `@`. */
  name: string;
  /** The name that people see in Slack. */
  displayName: string;
  /** First and last name, which people are looked for by as well. */
  realName: string;
  /** Missing without the scope `users:read.email`. */
  email?: string;
  isDeactivated: boolean;
  isBot: boolean;
  /** May see single channels only. */
  isGuest: boolean;
}

export interface PostedMessage {
  /** `C…` or `G…`; `D…` when the message went to a person. */
  channel: string;
  ts: string;
}

/** What the exchange of an installation code gives. */
export interface Installation {
  token: string;
  scopes: string[];
  appId?: string;
  botUserId?: string;
  /** Undefined when the app was installed for a whole Slack organization. */
  workspace?: { id: string; name: string };
  /** Life of a token that ends. */
  expiresInSeconds?: number;
  /** Gives the next token, once. */
  refreshToken?: string;
}

/** @returns whose the token is; undefined when the answer does not say it */
export function toIdentity({ team_id, team, url, user_id, user, bot_id, app_id, is_enterprise_install, expires_in }: AuthTestResponse & { app_id?: string; expires_in?: unknown }): SlackIdentity | undefined {
  if (!team_id || !user_id) return undefined;
  return {
    workspace: { id: team_id, name: team ?? team_id, url: (url ?? '').replace(/\/+$/, '') },
    bot: { userId: user_id, name: user ?? user_id, ...(bot_id && { id: bot_id }) },
    isEnterpriseInstall: is_enterprise_install ?? false,
    ...(app_id && { appId: app_id }),
    ...(typeof expires_in === 'number' && { expiresInSeconds: expires_in }),
  };
}

/** @param isMember when the list holds only channels that the app is in */
export function toChannel(raw: RawChannel, isMember?: boolean): SlackChannel | undefined {
  if (!raw.id) return undefined;
  const isPrivate = raw.is_private ?? raw.is_group ?? false;
  return {
    id: raw.id,
    name: raw.name ?? raw.id,
    isPrivate,
    isShared: raw.is_ext_shared ?? raw.is_shared ?? true, // Slack always says it; what it does not say must not let a secret out
    isArchived: raw.is_archived ?? false,
    // A private channel is listed only to its members.
    isMember: isMember ?? raw.is_member ?? isPrivate,
  };
}

/** @returns undefined for somebody without an id */
export function toPerson(raw: RawPerson): SlackPerson | undefined {
  if (!raw.id) return undefined;
  const name = raw.name ?? raw.id;
  return {
    id: raw.id,
    name,
    displayName: raw.profile?.display_name || raw.profile?.real_name || raw.real_name || name,
    realName: raw.profile?.real_name || raw.real_name || name,
    ...(raw.profile?.email && { email: raw.profile.email }),
    isDeactivated: raw.deleted ?? false,
    isBot: (raw.is_bot ?? false) || raw.id === 'USLACKBOT',
    isGuest: (raw.is_restricted ?? false) || (raw.is_ultra_restricted ?? false),
  };
}

/** The person in one of Slack's events; undefined for what is none. */
export function readPerson(raw: unknown): SlackPerson | undefined {
  const person = typeof raw === 'object' && raw !== null ? toPerson(raw) : undefined;
  const texts: unknown[] = person ? [person.id, person.name, person.displayName, person.realName, person.email ?? ''] : [];
  return texts.every((text) => typeof text === 'string') ? person : undefined;
}

/** @param raws undefined when the answer has no list at all, which is no page */
export function toPage<R, T>(raws: readonly R[] | undefined, nextCursor: string | undefined, map: (raw: R) => T | undefined): SlackPage<T> | undefined {
  if (!Array.isArray(raws)) return undefined;
  return { items: raws.map(map).filter((item) => item !== undefined), ...(nextCursor && { nextCursor }) };
}

/** @returns the bot token and what it may; undefined when the answer holds none */
export function toInstallation({ access_token, token_type, scope, app_id, bot_user_id, team, is_enterprise_install, expires_in, refresh_token }: OauthV2AccessResponse): Installation | undefined {
  if (!access_token || token_type !== 'bot') return undefined;
  return {
    token: access_token,
    scopes: (scope ?? '').split(',').filter((name) => name !== ''),
    ...(app_id && { appId: app_id }),
    ...(bot_user_id && { botUserId: bot_user_id }),
    ...(team?.id && !is_enterprise_install && { workspace: { id: team.id, name: team.name ?? team.id } }),
    ...(expires_in !== undefined && { expiresInSeconds: expires_in }),
    ...(refresh_token && { refreshToken: refresh_token }),
  };
}
