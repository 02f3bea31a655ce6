import { ArrayMaxSize, IsArray, IsBoolean, IsDefined, IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

import { ISSUE_CHANGES, type IssueChange } from '@tocsin/domain';

import { IsPart, IsParts } from '../decorators.js';
import { FieldChangeContract } from '../field-change.contract.js';
import { IssueContract } from '../issue.contract.js';

/** `issue.changed.v1`: an issue is new, updated, resolved or back. */
export class IssueChanged {
  @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @IsIn(ISSUE_CHANGES) change!: IssueChange;
  @IsArray() @ArrayMaxSize(50) @IsParts(() => FieldChangeContract) changes!: FieldChangeContract[];
  @IsDefined() @IsPart(() => IssueContract) issue!: IssueContract;
  @IsOptional() @IsString() scanId?: string;
  @IsOptional() @IsBoolean() baseline?: boolean;
}
