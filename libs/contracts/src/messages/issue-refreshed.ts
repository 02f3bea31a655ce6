import { Type } from 'class-transformer';
import { IsDefined, IsNotEmpty, IsString, MaxLength, ValidateNested } from 'class-validator';

import { IssueContract } from '../issue.contract.js';

/** `issue.refreshed.v1`: an issue looks different (a moved line, other words, another name); nothing changed that people act on. */
export class IssueRefreshed {
  @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @IsDefined() @ValidateNested() @Type(() => IssueContract) issue!: IssueContract;
}
