/**
 * Where Slack answers. Tokens are sent there, so plain http is refused unless the address is this machine or the host
 * `slack-sandbox`; whatever is reached by plain http is a sandbox, never Slack.
 */

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const SANDBOX_HOST = 'slack-sandbox';

/** The address without a slash at its end. @throws Error with a sentence when it must not be used */
export function slackBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw new Error(`SLACK_BASE_URL must be an https address, not "${text}".`);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') throw new Error('SLACK_BASE_URL must be a plain address without user, query or fragment.');
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname) && url.hostname !== SANDBOX_HOST) {
    throw new Error(`SLACK_BASE_URL is plain http to ${url.hostname}: tokens would travel readable. Use https; http is for this machine and the host ${SANDBOX_HOST} only.`);
  }
  return url.href.replace(/\/+$/, '');
}

/** Whether the address is a sandbox's, as every plain http address that {@link slackBaseUrl} lets through is. */
export function isSandboxUrl(baseUrl: string): boolean {
  return new URL(baseUrl).protocol === 'http:';
}

/** Bot tokens of the sandbox begin with this, so that a token of Slack's is told apart before it is sent anywhere. */
export const SANDBOX_TOKEN_PREFIX = 'xoxb-sandbox-';
