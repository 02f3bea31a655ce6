import { ArrayMaxSize, IsArray, IsIn, IsInt, IsNotEmpty, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

import { ISSUE_CHANGES, type DeliverySource, type Destination, type IssueChange } from '@tocsin/domain';

import { IsDeliverySource, IsDestination, IsPart, IsParts, IsTime, IsTotals } from '../decorators.js';
import { FieldChangeContract } from '../field-change.contract.js';
import { IssueContract } from '../issue.contract.js';
import { MessageOptionsContract } from '../message-options.contract.js';

/** A comment's most characters, in every way that leads to a message. */
export const COMMENT_MAX_LENGTH = 2000;

export class DigestSection {
  @IsString() @MaxLength(150) name!: string;
  @IsInt() @Min(0) total!: number;
  @IsArray() @ArrayMaxSize(50) @IsParts(() => IssueContract) issues!: IssueContract[];
}

export class DigestContent {
  @IsIn(['bulk', 'scan', 'burst', 'quiet-hours', 'back-fill', 'periodic']) kind!: string;
  @IsString() @IsNotEmpty() @MaxLength(300) title!: string;
  @IsTotals() totals!: Record<string, number>;
  @IsArray() @ArrayMaxSize(20) @IsParts(() => DigestSection) sections!: DigestSection[];
  @IsOptional() @IsString() @MaxLength(3000) link?: string;
}

/** `slack.send.v1`: post this, there. The same command id twice is the same command. */
export class SendToSlack {
  @IsString() @IsNotEmpty() @MaxLength(128) commandId!: string;
  @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @IsString() @IsNotEmpty() @MaxLength(128) connectionId!: string;
  @IsDestination() destination!: Destination;
  /** Takes the message when the destination cannot be found. */
  @IsOptional() @IsDestination() otherwise?: Destination;
  @IsOptional() @IsString() @MaxLength(COMMENT_MAX_LENGTH) comment?: string;
  @IsArray() @ArrayMaxSize(50) @IsParts(() => IssueContract) issues!: IssueContract[];
  @IsOptional() @IsPart(() => DigestContent) digest?: DigestContent;
  @IsDeliverySource() source!: DeliverySource;
  @IsOptional() @IsInt() @Min(0) @Max(9) priority?: number;
  @IsOptional() @IsPart(() => MessageOptionsContract) options?: MessageOptionsContract;
  @IsOptional() @IsIn(ISSUE_CHANGES) change?: IssueChange;
  @IsOptional() @IsArray() @ArrayMaxSize(50) @IsParts(() => FieldChangeContract) changes?: FieldChangeContract[];
  @IsOptional() @IsTime() expiresAt?: string;
}
