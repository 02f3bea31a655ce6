import { ArrayMaxSize, IsArray, IsIn, IsInt, IsNotEmpty, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

import { ISSUE_CHANGES, type DeliverySource, type Destination, type IssueChange } from '@tocsin/domain';

import { IsDeliverySource, IsDestination, IsPart, IsParts, IsTime, IsTotals } from '../decorators.js';
import { FieldChangeContract } from '../field-change.contract.js';
import { Field } from '../field.js';
import { IssueContract } from '../issue.contract.js';
import { MessageOptionsContract } from '../message-options.contract.js';

/** A comment's most characters, in every way that leads to a message. */
export const COMMENT_MAX_LENGTH = 2000;

export class DigestSection {
  @Field('What its issues have in common, such as `Resolved`.') @IsString() @MaxLength(150) name!: string;
  @Field('How many issues there are, those that are not named included.') @IsInt() @Min(0) total!: number;
  @Field('The issues that are named, the worst first.') @IsArray() @ArrayMaxSize(50) @IsParts(() => IssueContract) issues!: IssueContract[];
}

export class DigestContent {
  @Field('Why several issues go as one message.') @IsIn(['bulk', 'scan', 'burst', 'quiet-hours', 'back-fill', 'periodic']) kind!: string;
  @Field('What it is about, in a line.') @IsString() @IsNotEmpty() @MaxLength(300) title!: string;
  @Field('How many issues there are: name of a severity, or of what else is counted → count.') @IsTotals() totals!: Record<string, number>;
  @Field('The issues, in groups.') @IsArray() @ArrayMaxSize(20) @IsParts(() => DigestSection) sections!: DigestSection[];
  @Field('Where all of them can be seen; left out where there is no such place.') @IsOptional() @IsString() @MaxLength(3000) link?: string;
}

/** `slack.send.v1`: post this, there. The same command id twice is the same command. */
export class SendToSlack {
  @Field('Id of the command, and of its delivery: the same id twice is the same command, and is posted once.') @IsString() @IsNotEmpty() @MaxLength(128) commandId!: string;
  @Field('The organization that it belongs to.') @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @Field('Id of the connection to send through; it must belong to the organization.') @IsString() @IsNotEmpty() @MaxLength(128) connectionId!: string;
  @Field('Where to.') @IsDestination() destination!: Destination;
  @Field('Takes the message when the destination cannot be found; left out = it fails then.') @IsOptional() @IsDestination() otherwise?: Destination;
  @Field('What a person says to the message, as plain text; left out = nothing.') @IsOptional() @IsString() @MaxLength(COMMENT_MAX_LENGTH) comment?: string;
  @Field('The issues that it tells, as snapshots of at most 8,000 bytes of JSON each; empty when `digest` names them, or in a test message.')
  @IsArray() @ArrayMaxSize(50) @IsParts(() => IssueContract) issues!: IssueContract[];
  @Field('What a digest tells; left out when the issues go as they are.') @IsOptional() @IsPart(() => DigestContent) digest?: DigestContent;
  @Field('Who caused it.') @IsDeliverySource() source!: DeliverySource;
  @Field('0 to 9; in one destination smaller goes first. Left out = by its source: 0 by hand, 2 critical, 5 other messages of workflows, 7 digests.')
  @IsOptional() @IsInt() @Min(0) @Max(9) priority?: number;
  @Field('How the message behaves; left out = as the options say of themselves.') @IsOptional() @IsPart(() => MessageOptionsContract) options?: MessageOptionsContract;
  @Field('What happened to its one issue; left out where that is not why it is sent.') @IsOptional() @IsIn(ISSUE_CHANGES) change?: IssueChange;
  @Field('What changed of its one issue.') @IsOptional() @IsArray() @ArrayMaxSize(50) @IsParts(() => FieldChangeContract) changes?: FieldChangeContract[];
  @Field('When it is of no use any more: what was not posted by then is `dead`. Left out = 24 hours of possible sending.') @IsOptional() @IsTime() expiresAt?: string;
}
