import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsDefined, IsIn, IsNotEmpty, IsObject, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';

import { ISSUE_CHANGES, type FieldChange, type IssueChange } from '@tocsin/domain';

import { IssueContract } from '../issue.contract.js';

/** `issue.changed.v1`: an issue is new, updated, resolved or back. */
export class IssueChanged {
  @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @IsIn(ISSUE_CHANGES) change!: IssueChange;
  @IsArray() @ArrayMaxSize(50) @IsObject({ each: true }) changes!: FieldChange[];
  @IsDefined() @ValidateNested() @Type(() => IssueContract) issue!: IssueContract;
  @IsOptional() @IsString() scanId?: string;
  @IsOptional() @IsBoolean() baseline?: boolean;
}
