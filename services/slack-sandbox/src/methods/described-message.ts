/** A message as Slack answers it: with the ids that Slack gives, and text alone with the rich_text block that Slack makes of it. */
import { isRecord } from '../block-kit/checks.js';
import type { Message } from '../messages.js';
import { unixSeconds, type Call } from './method.js';

export function describedMessage(message: Message, { world, workspace, grant }: Call): Record<string, unknown> {
  const { bot, app } = grant;
  const blocks = blocksOf(message);
  return {
    type: 'message', user: bot.id, bot_id: bot.botId, app_id: app.id, team: workspace.id, ts: message.ts, text: message.text,
    bot_profile: { id: bot.botId, app_id: app.id, user_id: bot.id, name: bot.realName, icons: {}, deleted: false, updated: 1_735_689_600, team_id: workspace.id },
    ...(blocks && { blocks }),
    ...(message.attachments && { attachments: message.attachments.map((attachment, index) => ({ id: index + 1, ...attachment })) }),
    ...(message.metadata !== undefined && { metadata: message.metadata }),
    ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
    ...(message.broadcast && { subtype: 'thread_broadcast' }),
    ...(message.updates > 0 && { edited: { user: bot.botId, ts: `${unixSeconds(world)}.000000` } }),
  };
}

function blocksOf(message: Message): unknown[] | undefined {
  const own = (index: number): string => `${message.ts.slice(-5)}${index}`;
  if (message.blocks) return message.blocks.map((block, index) => (isRecord(block) ? { block_id: own(index), ...block } : block));
  if (message.text === '' || message.attachments) return undefined;
  const text = { type: 'text', text: message.text };
  return [{ type: 'rich_text', block_id: own(0), elements: [{ type: 'rich_text_section', elements: [text] }] }];
}
