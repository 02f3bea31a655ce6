import { IsDefined, IsNotEmpty, IsString, MaxLength } from 'class-validator';

import { IsPart } from '../decorators.js';
import { IssueContract } from '../issue.contract.js';

/** `issue.refreshed.v1`: an issue looks different (a moved line, other words, another name); nothing changed that people act on. */
export class IssueRefreshed {
  @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @IsDefined() @IsPart(() => IssueContract) issue!: IssueContract;
}
