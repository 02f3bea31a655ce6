import { IsInt, IsOptional, IsString, IsUrl, Max, Min } from 'class-validator';

import { ServiceConfig, Setting } from '@tocsin/platform';

export class ConnectorConfig extends ServiceConfig {
  override PORT = 3011;
  @Setting('Where Slack answers; plain http only on loopback or to the host slack-sandbox.')
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  SLACK_BASE_URL = 'https://slack.com';
  @Setting('Client id of the published Slack app; left out = workspaces are connected by token only.') @IsOptional() @IsString() SLACK_CLIENT_ID?: string;
  @Setting('Client secret of the published Slack app.', { secret: true }) @IsOptional() @IsString() SLACK_CLIENT_SECRET?: string;
  @Setting('Signing secret of the published Slack app; left out = its events are refused.', { secret: true }) @IsOptional() @IsString() SLACK_SIGNING_SECRET?: string;
  @Setting('Seconds between two checks of a healthy connection at Slack; sooner while something is wrong with it; 0 = only when somebody asks, or a message is refused.') @IsInt() @Min(0) @Max(604_800) CONNECTION_CHECK_SECONDS = 900;
}
