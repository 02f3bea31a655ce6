import { IsInt, IsNotEmpty, IsString } from 'class-validator';

import { IsTime } from '../decorators.js';
import { Field } from '../field.js';

/** `connection.reported.v1`: what one of Slack's answers says about a credential. */
export class ConnectionReported {
  @Field('The organization that it is about.') @IsString() @IsNotEmpty() organizationId!: string;
  @Field('Id of the connection.') @IsString() @IsNotEmpty() connectionId!: string;
  @Field('The credential that Slack’s answer speaks of, as `connection.changed.v1` numbers it.') @IsInt() credentialVersion!: number;
  @Field('Slack’s code, such as `token_revoked`.') @IsString() @IsNotEmpty() slackError!: string;
  @Field('When Slack answered so.') @IsTime() at!: string;
}
