import { IsInt, IsNumber, IsUrl, Max, Min } from 'class-validator';

import { ServiceConfig, Setting } from '@tocsin/platform';

export class NotifierConfig extends ServiceConfig {
  override PORT = 3014;
  @Setting('Where Slack answers; plain http only on loopback or to the host slack-sandbox.')
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  SLACK_BASE_URL = 'https://slack.com';
  @Setting('Milliseconds between two messages to one destination; 0 = not paced.') @IsInt() @Min(0) @Max(60_000) SLACK_CHANNEL_INTERVAL_MS = 1000;
  @Setting('Messages a second to one workspace, over all replicas; 0 = no ceiling.') @IsNumber() @Min(0) @Max(1000) SLACK_WORKSPACE_RATE = 5;
  @Setting('Messages to one workspace that may go at once after a quiet time.') @IsInt() @Min(1) @Max(1000) SLACK_WORKSPACE_BURST = 20;
  @Setting('Posts in flight at most, per replica.') @IsInt() @Min(1) @Max(256) SLACK_CONCURRENCY = 32;
  @Setting('A destination whose backlog would take longer is folded into digests, seconds; 0 = never.') @IsInt() @Min(0) @Max(86_400) DIGEST_AFTER_SECONDS = 30;
  @Setting('Messages changed in place a minute, of one app in one workspace; 0 = no ceiling.') @IsInt() @Min(0) @Max(100_000) SLACK_UPDATES_PER_MINUTE = 50;
  @Setting('Hours after which the list of channels and people of a workspace is read again though nobody asks for it; 0 = only when it is used.') @IsNumber() @Min(0) @Max(8760) DIRECTORY_REFRESH_HOURS = 12;
}
