import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsEmail, IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';

import { ISSUE_STATUSES, SEVERITIES, type Destination, type IssueStatus, type Severity } from '@tocsin/domain';

import { IsDestination, IsPart, IsParts } from '../decorators.js';
import { COMMENT_MAX_LENGTH } from '../messages/send-to-slack.js';
import { MessageOptionsContract } from '../message-options.contract.js';

/** Body of `POST /v1/issues/{id}/slack-messages`. */
export class SendIssue {
  @IsString() @IsNotEmpty() @MaxLength(128) connectionId!: string;
  @IsDestination() destination!: Destination;
  @IsOptional() @IsString() @MaxLength(COMMENT_MAX_LENGTH) comment?: string;
  @IsOptional() @IsPart(() => MessageOptionsContract) options?: MessageOptionsContract;
}

/** Body of `POST /v1/slack-messages` and its preview: several issues as one message. */
export class SendIssues extends SendIssue {
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(50) @IsString({ each: true }) issueIds!: string[];
}

export class PreviewWarning {
  @IsString() code!: string;
  @IsString() message!: string;
}

export class MessagePreview {
  @IsString() text!: string;
  @IsArray() blocks!: object[];
  @IsArray() attachments!: object[];
  @IsArray() @IsParts(() => PreviewWarning) warnings!: PreviewWarning[];
}

export class EditIssue {
  @IsOptional() @IsIn(ISSUE_STATUSES) status?: IssueStatus;
  @IsOptional() @IsIn(SEVERITIES) severity?: Severity;
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsEmail({}, { each: true }) owners?: string[];
  @IsOptional() @IsString() @MaxLength(2000) reason?: string;
}

export class OwnerRule {
  @IsString() @IsNotEmpty() @MaxLength(500) pattern!: string;
  @IsArray() @ArrayMaxSize(100) @IsEmail({}, { each: true }) owners!: string[];
}

export class DefaultDestination {
  @IsString() @IsNotEmpty() connectionId!: string;
  @IsDestination() destination!: Destination;
}

export class EditApplication {
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsEmail({}, { each: true }) owners?: string[];
  @IsOptional() @IsArray() @ArrayMaxSize(500) @IsParts(() => OwnerRule) ownerRules?: OwnerRule[];
  @IsOptional() @IsPart(() => DefaultDestination) defaultDestination?: DefaultDestination;
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(250) defaultBranch?: string;
  @IsOptional() @IsBoolean() alertOnFirstScan?: boolean;
}

export class CreateApplication extends EditApplication {
  @IsString() @IsNotEmpty() @MaxLength(200) name!: string;
}

export class Application {
  @IsString() name!: string;
  @IsArray() @IsString({ each: true }) owners!: string[];
  @IsArray() @IsParts(() => OwnerRule) ownerRules!: OwnerRule[];
  @IsOptional() @IsPart(() => DefaultDestination) defaultDestination?: DefaultDestination;
  @IsString() defaultBranch!: string;
  @IsBoolean() alertOnFirstScan!: boolean;
}

export class RefusedEvent {
  @IsInt() index!: number;
  @IsOptional() @IsString() pointer?: string;
  @IsString() message!: string;
}

/** The answer to taken-in events. */
export class Receipt {
  @IsInt() accepted!: number;
  @IsInt() duplicates!: number;
  @IsArray() @IsParts(() => RefusedEvent) refused!: RefusedEvent[];
}

export class AcceptedScan {
  @IsString() scanId!: string;
}

export class IssueFacets {
  /** Filter name → value → count of issues. */
  @IsObject() facets!: Record<string, Record<string, number>>;
}
