import { IsBoolean, IsDefined, IsInt, IsNotEmpty, IsOptional, IsString, Min } from 'class-validator';

import { IsPart } from '../decorators.js';
import { Field } from '../field.js';
import { ScanCounts } from '../http/scan.js';

/** `scan.completed.v1`: all changes of a scan have been told; `changes` is how many `issue.changed.v1` there were. */
export class ScanCompleted {
  @Field('The organization that the scan belongs to.') @IsString() @IsNotEmpty() organizationId!: string;
  @Field('Id of the scan.') @IsString() @IsNotEmpty() scanId!: string;
  @Field('The application that was scanned.') @IsString() application!: string;
  @Field('The part of the application that it speaks for; empty or left out for the whole.') @IsOptional() @IsString() scope?: string;
  @Field('Whether it was the first scan ever of its tool, application and scope, and the application does not alert on each.') @IsBoolean() baseline!: boolean;
  @Field('How many `issue.changed.v1` it led to, all said before this.') @IsInt() @Min(0) changes!: number;
  @Field('What it did to issues.') @IsDefined() @IsPart(() => ScanCounts) counts!: ScanCounts;
}
