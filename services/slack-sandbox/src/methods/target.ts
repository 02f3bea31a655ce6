/**
 * Where a message may go, in Slack's order of objections. A person's id means the direct message with that person; a name finds
 * public channels only; a private channel without the bot is not found, whatever its scopes.
 */
import { refuse, type Refusal } from '../answer.js';
import type { Channel } from '../workspace.js';
import { unixSeconds, type Call } from './method.js';

/** The channel that chat.postMessage posts to, or why it does not. */
export function postTarget(call: Call): Channel | Refusal {
  const wanted = call.args.text('channel') ?? '';
  return /^[UW][A-Z0-9]{6,}$/.test(wanted) ? personTarget(call, wanted) : channelTarget(call, wanted);
}

function personTarget(call: Call, id: string): Channel | Refusal {
  const person = call.workspace.people.get(id);
  if (person === undefined) return refuse('channel_not_found');
  if (person.botId !== undefined || id === 'USLACKBOT') return refuse('cannot_dm_bot');
  // Which code a deactivated person gives is not documented for posting; this is the one of a person who cannot be seen.
  if (person.deleted) return refuse('user_not_found');
  return call.workspace.directMessage(call.grant.bot.id, person, unixSeconds(call.world));
}

function channelTarget(call: Call, wanted: string): Channel | Refusal {
  const { workspace, grant } = call;
  const channel = workspace.channels.get(wanted) ?? workspace.publicChannelNamed(wanted.replace(/^#/, ''));
  const isMember = channel?.members.has(grant.bot.id) === true;
  if (channel === undefined || (channel.kind !== 'public' && !isMember)) return refuse('channel_not_found');
  if (channel.isArchived) return refuse('is_archived');
  return isMember || grant.scopes.includes('chat:write.public') ? channel : refuse('not_in_channel');
}

/** The channel of a message that exists already: by id only, a person's id is not one. */
export function existingTarget({ workspace, grant, args }: Call): Channel | Refusal {
  const channel = workspace.channels.get(args.text('channel') ?? '');
  if (channel === undefined || (channel.kind !== 'public' && !channel.members.has(grant.bot.id))) return refuse('channel_not_found');
  return channel;
}
