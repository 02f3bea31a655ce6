import { IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

import { IsNotBlank } from '../decorators.js';
import { Field } from '../field.js';

/** `issue.resolved.v1`: a producer no longer has this issue. */
export class IssueResolved {
  @Field('The organization that the issue belongs to, equal to the event’s `organizationid`; over HTTP it may be left out, since the token says it.')
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(128) organizationId?: string;
  @Field('Name of the application that it was in.') @IsString() @IsNotEmpty() @IsNotBlank() @MaxLength(200) application!: string;
  @Field('The part of the application that it was of, as it was reported; left out = the whole.') @IsOptional() @IsString() @MaxLength(500) scope?: string;
  @Field('The fingerprint that it was reported with.') @IsString() @IsNotEmpty() @IsNotBlank() @MaxLength(512) fingerprint!: string;
}
