/** conversations.* and users.conversations. A private channel without the bot does not exist for it. */
import { accept, isRefusal, refuse, type Answer, type Refusal } from '../answer.js';
import type { Grant } from '../app-grants.js';
import { pageOf } from '../paging.js';
import type { Channel } from '../workspace.js';
import { missingScope, type Call, type Method } from './method.js';

const SCOPE_OF_TYPE: Readonly<Record<string, string>> = {
  public_channel: 'channels:read', private_channel: 'groups:read', mpim: 'mpim:read', im: 'im:read',
};
const TYPE_OF_KIND = { public: 'public_channel', private: 'private_channel', im: 'im' } as const;

const READ_SCOPES = ['channels:read', 'groups:read', 'mpim:read', 'im:read'];

export const conversationMethods: Record<string, Method> = {
  'conversations.list': { tier: 2, accepts: READ_SCOPES, run: (call) => listed(call, (channel) => isVisible(channel, call.grant)) },
  'users.conversations': {
    tier: 3,
    accepts: READ_SCOPES,
    run: (call) => {
      const user = call.args.text('user') ?? call.grant.bot.id;
      if (!call.workspace.people.has(user)) return refuse('user_not_found');
      return listed(call, (channel) => isVisible(channel, call.grant) && channel.members.has(user));
    },
  },
  'conversations.info': {
    tier: 3,
    accepts: READ_SCOPES,
    run: (call) => {
      const channel = readable(call);
      if (isRefusal(channel)) return channel;
      const withCount = call.args.flag('include_num_members') ? { num_members: channel.members.size } : {};
      return accept({ channel: { ...described(channel, call), ...withCount } });
    },
  },
  'conversations.members': {
    tier: 4,
    accepts: READ_SCOPES,
    run: (call) => {
      const channel = readable(call);
      if (isRefusal(channel)) return channel;
      const page = pageOf([...channel.members].map((id) => ({ id })), 'user', call.args, 100);
      if (isRefusal(page)) return page;
      return accept({ members: page.items.map(({ id }) => id), response_metadata: { next_cursor: page.next } });
    },
  },
};

function isVisible(channel: Channel, grant: Grant): boolean {
  return channel.kind === 'public' || channel.members.has(grant.bot.id);
}

function readable({ workspace, grant, args }: Call): Channel | Refusal {
  const channel = workspace.channels.get(args.text('channel') ?? '');
  if (channel === undefined || !isVisible(channel, grant)) return refuse('channel_not_found');
  const scope = SCOPE_OF_TYPE[TYPE_OF_KIND[channel.kind]] ?? '';
  return grant.scopes.includes(scope) ? channel : missingScope(grant, [scope]);
}

function listed(call: Call, wanted: (channel: Channel) => boolean): Answer {
  const { args, workspace, grant } = call;
  const types = args.has('types') ? args.list('types') : ['public_channel'];
  if (types.some((type) => SCOPE_OF_TYPE[type] === undefined)) return refuse('invalid_types');
  const lacking = types.map((type) => SCOPE_OF_TYPE[type] ?? '').filter((scope) => !grant.scopes.includes(scope));
  if (lacking.length > 0) return missingScope(grant, lacking);
  const withArchived = !args.flag('exclude_archived');
  const channels = workspace.conversations()
    .filter((channel) => types.includes(TYPE_OF_KIND[channel.kind]) && wanted(channel) && (withArchived || !channel.isArchived));
  const page = pageOf(channels, 'team', args, 100);
  if (isRefusal(page)) return page;
  return accept({ channels: page.items.map((channel) => described(channel, call)), response_metadata: { next_cursor: page.next } });
}

function described(channel: Channel, { workspace, grant }: Call): Record<string, unknown> {
  if (channel.kind === 'im') {
    return { id: channel.id, created: channel.created, is_im: true, is_org_shared: false, is_archived: channel.isArchived, user: channel.userId, is_user_deleted: false };
  }
  const isPrivate = channel.kind === 'private';
  return {
    id: channel.id, name: channel.name, name_normalized: channel.name, created: channel.created, creator: 'USLACKBOT', updated: channel.created * 1000,
    is_channel: true, is_group: false, is_im: false, is_mpim: false, is_private: isPrivate, is_archived: channel.isArchived,
    is_general: channel.isGeneral, is_member: channel.members.has(grant.bot.id), unlinked: 0, parent_conversation: null,
    is_shared: channel.isShared, is_ext_shared: channel.isShared, is_org_shared: false, is_pending_ext_shared: false,
    pending_shared: [], pending_connected_team_ids: [], shared_team_ids: channel.isShared ? [workspace.id, 'T0PARTNER1'] : [workspace.id],
    context_team_id: workspace.id, previous_names: channel.previousNames, num_members: channel.members.size,
    topic: { value: '', creator: '', last_set: 0 }, purpose: { value: channel.purpose, creator: '', last_set: 0 },
  };
}
