/** chat.*: posting, changing and deleting messages. */
import { accept, invalidArgument, isRefusal, limited, refuse, type Answer, type Refusal } from '../answer.js';
import type { Message } from '../messages.js';
import type { Channel } from '../workspace.js';
import { contentOf, saysNothing, type Content } from './content.js';
import { describedMessage } from './described-message.js';
import type { Call, Method } from './method.js';
import { existingTarget, postTarget } from './target.js';

const TS = /^\d{10}\.\d{6}$/;

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': { tier: 'special', accepts: ['chat:write'], run: post },
  'chat.update': { tier: 3, accepts: ['chat:write'], run: update },
  'chat.delete': { tier: 3, accepts: ['chat:write'], run: remove },
  'chat.getPermalink': { tier: 'special', accepts: [], run: permalink },
};

function post(call: Call): Answer {
  const { world, grant, args } = call;
  if (!args.has('channel')) return invalidArgument('/channel', 'missing required field: channel');
  const channel = postTarget(call);
  if (isRefusal(channel)) return channel;
  const wait = world.limits.forChannel(channel.id, grant.app.id);
  if (wait > 0) return limited(wait);
  const content = contentOf(args, false);
  if (isRefusal(content)) return content;
  if (saysNothing(content)) return refuse('no_text');
  const thread = threadOf(call, channel);
  if (isRefusal(thread)) return thread;
  const message = world.messages.add({ channel: channel.id, user: grant.bot.id, botId: grant.bot.botId, ...stored(content), ...thread });
  world.changed();
  return accept({
    channel: channel.id, ts: message.ts, message: describedMessage(message, call),
    ...(content.warnings.length > 0 && { warning: content.warnings.join(','), response_metadata: { warnings: content.warnings } }),
  });
}

function stored({ text, blocks, attachments, metadata }: Content): Pick<Message, 'text' | 'blocks' | 'attachments' | 'metadata'> {
  const filled = metadata !== undefined && Object.keys(metadata).length > 0;
  return { text: text ?? '', ...(blocks && { blocks }), ...(attachments && { attachments }), ...(filled && { metadata }) };
}

/** The thread that a new message belongs to; a reply to a reply belongs to the reply's thread. */
function threadOf({ world, args }: Call, channel: Channel): Pick<Message, 'thread_ts' | 'broadcast'> | Refusal {
  const ts = args.text('thread_ts');
  if (ts === undefined) return {};
  if (!TS.test(ts)) return invalidArgument('/thread_ts', 'must be a message timestamp');
  const parent = world.messages.get(channel.id, ts);
  if (parent === undefined) return refuse('thread_not_found');
  return { thread_ts: parent.thread_ts ?? parent.ts, ...(args.flag('reply_broadcast') && { broadcast: true }) };
}

/** The message that `ts` names, if it is there and the bot's own. */
function own({ world, grant, args }: Call, channel: Channel, notMine: string): Message | Refusal {
  const message = world.messages.get(channel.id, args.text('ts') ?? '');
  if (message === undefined) return refuse('message_not_found');
  return message.botId === grant.bot.botId ? message : refuse(notMine);
}

function update(call: Call): Answer {
  const { world, args } = call;
  const channel = existingTarget(call);
  if (isRefusal(channel)) return channel;
  if (channel.isArchived) return refuse('is_inactive');
  const message = own(call, channel, 'cant_update_message');
  if (isRefusal(message)) return message;
  const content = contentOf(args, true);
  if (isRefusal(content)) return content;
  const next = merged(message, content);
  if (saysNothing({ ...next, warnings: [] } as Content)) return refuse('no_text');
  world.messages.replace(next);
  world.changed();
  return accept({ channel: channel.id, ts: next.ts, text: next.text, message: describedMessage(next, call) });
}

/** Text alone removes the blocks; attachments and metadata stay until they are sent anew, `[]` or `{}` removes them. */
function merged(message: Message, content: Content): Message {
  const { blocks: oldBlocks, attachments: oldAttachments, metadata: oldMetadata, ...kept } = message;
  const blocks = content.blocks ?? (content.text === undefined ? oldBlocks : undefined);
  const attachments = content.attachments ?? oldAttachments;
  const metadata = content.metadata ?? oldMetadata;
  const text = content.text ?? message.text;
  return {
    ...kept, updates: message.updates + 1,
    ...stored({ text, warnings: [], ...(blocks && { blocks }), ...(attachments && { attachments }), ...(metadata !== undefined && { metadata: metadata as Record<string, unknown> }) }),
  };
}

function remove(call: Call): Answer {
  const channel = existingTarget(call);
  if (isRefusal(channel)) return channel;
  const message = own(call, channel, 'cant_delete_message');
  if (isRefusal(message)) return message;
  call.world.messages.remove(channel.id, message.ts);
  call.world.changed();
  return accept({ channel: channel.id, ts: message.ts });
}

function permalink(call: Call): Answer {
  const channel = existingTarget(call);
  if (isRefusal(channel)) return channel;
  const message = call.world.messages.get(channel.id, call.args.text('message_ts') ?? '');
  if (message === undefined) return refuse('message_not_found');
  const query = message.thread_ts === undefined ? '' : `?thread_ts=${message.thread_ts}&cid=${channel.id}`;
  return accept({ channel: channel.id, permalink: `${call.workspace.url}archives/${channel.id}/p${message.ts.replace('.', '')}${query}` });
}
