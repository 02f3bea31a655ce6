import { IsBoolean, IsDefined, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

import { IsPart, IsTime } from '../decorators.js';
import { Field } from '../field.js';

export class ReportedPerson {
  @Field('Slack’s id of the person.') @IsString() @IsNotEmpty() @MaxLength(32) id!: string;
  @Field('The name of the account.') @IsString() @MaxLength(200) name!: string;
  @Field('The name that Slack shows; may be empty.') @IsString() @MaxLength(200) displayName!: string;
  @Field('The full name; may be empty.') @IsString() @MaxLength(200) realName!: string;
  @Field('The e-mail address; left out where Slack does not tell it.') @IsOptional() @IsString() @MaxLength(320) email?: string;
  @Field('Whether it is a bot.') @IsBoolean() isBot!: boolean;
  @Field('Whether the account is deactivated.') @IsBoolean() isDeactivated!: boolean;
}

/** `person.reported.v1`: one of Slack's signed events tells of a person; said once for each connection of the workspace. */
export class PersonReported {
  @Field('The organization that it is about.') @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @Field('Id of the connection whose workspace it is.') @IsString() @IsNotEmpty() @MaxLength(128) connectionId!: string;
  @Field('The person, as they are now.') @IsDefined() @IsPart(() => ReportedPerson) person!: ReportedPerson;
  @Field('When it happened, by Slack’s clock.') @IsTime() at!: string;
}
