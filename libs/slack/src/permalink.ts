/** The address of a message, computed: asking Slack for it would cost a call a message. */

/**
 * @param workspaceUrl `https://acme.slack.com`, with or without a slash
 * @param channel `C…`, `G…` or `D…`
 * @param ts the message's timestamp as Slack gave it, `1503435956.000247`
 * @see https://docs.slack.dev/reference/methods/chat.getPermalink
 */
export function permalink(workspaceUrl: string, channel: string, ts: string): string {
  return `${workspaceUrl.replace(/\/+$/, '')}/archives/${channel}/p${ts.replace('.', '')}`;
}
