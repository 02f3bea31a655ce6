/** A message as a small service would write it: a title, four facts, a link. */
import type { SendToSlack } from '@tocsin/contracts';

export interface SimpleMessage {
  channel: string;
  text: string;
  blocks: { type: 'section'; text?: Markdown; fields?: Markdown[] }[];
  metadata: { event_type: string; event_payload: { delivery_id: string } };
}

interface Markdown {
  type: 'mrkdwn';
  text: string;
}

export function simpleMessage({ commandId, destination, issues }: SendToSlack): SimpleMessage {
  const [issue] = issues;
  if (!issue || !('id' in destination)) throw new Error('A message without an issue or without a channel.');
  const { title, severity, application, rule, owners, url } = issue;
  return {
    channel: destination.id,
    text: `${severity}: ${title}`,
    blocks: [
      { type: 'section', text: markdown(`*${severity.toUpperCase()}* <${url ?? ''}|${title}>`) },
      { type: 'section', fields: [markdown(`*Application*\n${application}`), markdown(`*Rule*\n${rule ?? ''}`), markdown(`*Owners*\n${owners.join(', ')}`), markdown(`*Status*\n${issue.status}`)] },
    ],
    metadata: { event_type: 'issue', event_payload: { delivery_id: commandId } },
  };
}

function markdown(text: string): Markdown {
  return { type: 'mrkdwn', text };
}
