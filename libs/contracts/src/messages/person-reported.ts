import { IsBoolean, IsDefined, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

import { IsPart, IsTime } from '../decorators.js';

export class ReportedPerson {
  @IsString() @IsNotEmpty() @MaxLength(32) id!: string;
  @IsString() @MaxLength(200) name!: string;
  @IsString() @MaxLength(200) displayName!: string;
  @IsString() @MaxLength(200) realName!: string;
  @IsOptional() @IsString() @MaxLength(320) email?: string;
  @IsBoolean() isBot!: boolean;
  @IsBoolean() isDeactivated!: boolean;
}

/** `person.reported.v1`: one of Slack's signed events tells of a person; said once for each connection of the workspace. */
export class PersonReported {
  @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @IsString() @IsNotEmpty() @MaxLength(128) connectionId!: string;
  @IsDefined() @IsPart(() => ReportedPerson) person!: ReportedPerson;
  /** When it happened, by Slack's clock. */
  @IsTime() at!: string;
}
