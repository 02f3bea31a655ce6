/** Settings of issues: those of every service, and how large a report may be. */
import { IsInt, Max, Min } from 'class-validator';

import { ServiceConfig, Setting } from '@tocsin/platform';

export class IssuesConfig extends ServiceConfig {
  override PORT = 3012;
  @Setting('Megabytes that a compressed report may have.') @IsInt() @Min(1) @Max(1000) REPORT_MAX_COMPRESSED_MB = 10;
  @Setting('Megabytes that a report may have once decompressed.') @IsInt() @Min(1) @Max(1000) REPORT_MAX_MB = 100;
}
