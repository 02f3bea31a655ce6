import { IsInt, IsNotEmpty, IsString } from 'class-validator';

import { IsTime } from '../decorators.js';

/** `connection.reported.v1`: what one of Slack's answers says about a credential. */
export class ConnectionReported {
  @IsString() @IsNotEmpty() organizationId!: string;
  @IsString() @IsNotEmpty() connectionId!: string;
  @IsInt() credentialVersion!: number;
  @IsString() @IsNotEmpty() slackError!: string;
  @IsTime() at!: string;
}
