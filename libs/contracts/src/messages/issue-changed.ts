import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsDefined, IsIn, IsNotEmpty, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';

import { ISSUE_CHANGES, type IssueChange } from '@tocsin/domain';

import { FieldChangeContract } from '../field-change.contract.js';
import { IssueContract } from '../issue.contract.js';

/** `issue.changed.v1`: an issue is new, updated, resolved or back. */
export class IssueChanged {
  @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @IsIn(ISSUE_CHANGES) change!: IssueChange;
  @IsArray() @ArrayMaxSize(50) @ValidateNested({ each: true }) @Type(() => FieldChangeContract) changes!: FieldChangeContract[];
  @IsDefined() @ValidateNested() @Type(() => IssueContract) issue!: IssueContract;
  @IsOptional() @IsString() scanId?: string;
  @IsOptional() @IsBoolean() baseline?: boolean;
}
