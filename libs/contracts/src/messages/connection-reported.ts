import { IsDateString, IsInt, IsNotEmpty, IsString } from 'class-validator';

/** `connection.reported.v1`: what one of Slack's answers says about a credential. */
export class ConnectionReported {
  @IsString() @IsNotEmpty() organizationId!: string;
  @IsString() @IsNotEmpty() connectionId!: string;
  @IsInt() credentialVersion!: number;
  @IsString() @IsNotEmpty() slackError!: string;
  @IsDateString() at!: string;
}
