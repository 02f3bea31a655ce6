/** How connector reaches Slack: the address, the published app, and whether it is only the sandbox that answers there. */
import type { Logger } from '@tocsin/platform';
import { isSandboxUrl, slackBaseUrl, SlackDoor } from '@tocsin/slack';

import type { ConnectorConfig } from './connector.config.js';

export interface SlackClient {
  id: string;
  secret: string;
}

export class SlackAccess {
  readonly baseUrl: string;
  readonly isSandbox: boolean;
  /** The published app; undefined unless both of its settings are there. */
  readonly client: SlackClient | undefined;
  readonly signingSecret: string;
  readonly publicUrl: string;

  /** @throws Error with a sentence when SLACK_BASE_URL must not be used */
  constructor(config: ConnectorConfig, private readonly logger: Logger) {
    const { SLACK_CLIENT_ID: id, SLACK_CLIENT_SECRET: secret } = config;
    this.baseUrl = slackBaseUrl(config.SLACK_BASE_URL);
    this.isSandbox = isSandboxUrl(this.baseUrl);
    this.client = id !== undefined && secret !== undefined ? { id, secret } : undefined;
    this.signingSecret = config.SLACK_SIGNING_SECRET ?? '';
    this.publicUrl = config.PUBLIC_URL.replace(/\/+$/, '');
  }

  /** Where Slack sends people back to after the consent page. */
  get redirectUri(): string {
    return `${this.publicUrl}/slack/oauth/callback`;
  }

  /** @param token left out for the exchange of an installation code */
  open(token?: string): SlackDoor {
    return new SlackDoor({ baseUrl: this.baseUrl, ...(token !== undefined && { token }), onDefect: (error) => { this.logger.error({ err: error }, 'a call to Slack failed by a defect'); } });
  }
}
