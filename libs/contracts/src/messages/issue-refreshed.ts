import { IsDefined, IsNotEmpty, IsString, MaxLength } from 'class-validator';

import { IsPart } from '../decorators.js';
import { Field } from '../field.js';
import { IssueContract } from '../issue.contract.js';

/** `issue.refreshed.v1`: an issue looks different (a moved line, other words, another name); nothing changed that people act on. */
export class IssueRefreshed {
  @Field('The organization that the issue belongs to.') @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @Field('The issue as it is now, at most 8,000 bytes of JSON: long texts and lists are cut.') @IsDefined() @IsPart(() => IssueContract) issue!: IssueContract;
}
