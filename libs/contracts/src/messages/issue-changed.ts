import { ArrayMaxSize, IsArray, IsBoolean, IsDefined, IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

import { ISSUE_CHANGES, type IssueChange } from '@tocsin/domain';

import { IsPart, IsParts } from '../decorators.js';
import { FieldChangeContract } from '../field-change.contract.js';
import { Field } from '../field.js';
import { IssueContract } from '../issue.contract.js';

/** `issue.changed.v1`: an issue is new, updated, resolved or back. */
export class IssueChanged {
  @Field('The organization that the issue belongs to.') @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @Field('What happened to the issue; one that is seen again unchanged is only counted, not told.') @IsIn(ISSUE_CHANGES) change!: IssueChange;
  @Field('The fields that people act on and that changed; empty for a new issue.') @IsArray() @ArrayMaxSize(50) @IsParts(() => FieldChangeContract) changes!: FieldChangeContract[];
  @Field('The issue as it is afterwards, at most 8,000 bytes of JSON: long texts and lists are cut.') @IsDefined() @IsPart(() => IssueContract) issue!: IssueContract;
  @Field('The scan that said it; left out when an event or a person did.') @IsOptional() @IsString() scanId?: string;
  @Field('True when it is of the first scan ever of its tool, application and scope, and the application does not alert on each; otherwise left out.')
  @IsOptional() @IsBoolean() baseline?: boolean;
}
