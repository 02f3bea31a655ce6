import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsEmail, IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';

import { ISSUE_STATUSES, SEVERITIES, type Destination, type IssueStatus, type Severity } from '@tocsin/domain';

import { IsDestination, IsNotBlank, IsPart, IsParts, NullClears } from '../decorators.js';
import { Field } from '../field.js';
import { COMMENT_MAX_LENGTH } from '../messages/send-to-slack.js';
import { MessageOptionsContract } from '../message-options.contract.js';

/** Body of `POST /v1/issues/{id}/slack-messages`. */
export class SendIssue {
  @Field('Id of the connection to send through.') @IsString() @IsNotEmpty() @MaxLength(128) connectionId!: string;
  @Field('Channel or person to send to; only its shape is checked here, an unknown one ends as `failed` with its remedy.') @IsDestination() destination!: Destination;
  @Field('What you want to say to the message, as plain text; mentions and links typed into it stay text. Left out = nothing.')
  @IsOptional() @IsString() @MaxLength(COMMENT_MAX_LENGTH) comment?: string;
  @Field('How the message behaves; left out = as the options say of themselves.') @IsOptional() @IsPart(() => MessageOptionsContract) options?: MessageOptionsContract;
}

/** Body of `POST /v1/slack-messages` and its preview: several issues as one message. */
export class SendIssues extends SendIssue {
  @Field('Ids of the issues, each once: several go as one message, a bulk digest.') @IsArray() @ArrayMinSize(1) @ArrayMaxSize(50) @IsString({ each: true }) issueIds!: string[];
}

export class PreviewWarning {
  @Field('What it is about: `secret_hidden`, `owner_not_mentioned` or `owner_not_found_out`.') @IsString() code!: string;
  @Field('What will not be as one may expect, in a sentence.') @IsString() message!: string;
}

export class MessagePreview {
  @Field('The message as plain text: what notifications show.') @IsString() text!: string;
  @Field('Slack’s Block Kit blocks, exactly as they would be sent.') @IsArray() blocks!: object[];
  @Field('Slack’s attachments, exactly as they would be sent: the coloured card of an issue; may be empty.') @IsArray() attachments!: object[];
  @Field('What will not be as one may expect; empty when there is nothing.') @IsArray() @IsParts(() => PreviewWarning) warnings!: PreviewWarning[];
}

export class EditIssue {
  @Field('`resolved` until a newer scan finds it again; `excluded` until somebody opens it again. Left out = stays.') @IsOptional() @IsIn(ISSUE_STATUSES) status?: IssueStatus;
  @Field('Stays whatever later reports say. Left out = as it is.') @IsOptional() @IsIn(SEVERITIES) severity?: Severity;
  @Field('E-mail addresses, in place of those it has; stay whatever later reports say. Left out = as they are.')
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsEmail({}, { each: true }) owners?: string[];
  @Field('Why, for the audit log.') @IsOptional() @IsString() @MaxLength(2000) reason?: string;
}

export class OwnerRule {
  @Field('Paths as in a `CODEOWNERS` file, such as `/src/billing/` or `*.tf`; the last rule that matches a path decides.')
  @IsString() @IsNotEmpty() @MaxLength(500) pattern!: string;
  @Field('E-mail addresses of who owns these paths.') @IsArray() @ArrayMaxSize(100) @IsEmail({}, { each: true }) owners!: string[];
}

export class DefaultDestination {
  @Field('Id of the connection to send through.') @IsString() @IsNotEmpty() connectionId!: string;
  @Field('Channel or person to send to.') @IsDestination() destination!: Destination;
}

export class EditApplication {
  @Field('E-mail addresses of who owns issues to which neither their source nor a rule gives an owner. Left out = as they are.')
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsEmail({}, { each: true }) owners?: string[];
  @Field('Owners by path, in place of all the rules it has. Left out = as they are.')
  @IsOptional() @IsArray() @ArrayMaxSize(500) @IsParts(() => OwnerRule) ownerRules?: OwnerRule[];
  @Field('The channel of the application: where workflows that say so send messages about its issues. Null = none, left out = as it is.')
  @IsOptional() @NullClears() @IsPart(() => DefaultDestination) defaultDestination?: DefaultDestination | null;
  @Field('The branch whose scans count; scans of others are only compared. Left out = as it is, of a new application `main`.')
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(250) defaultBranch?: string;
  @Field('Whether the issues of a first scan are told one by one instead of as one digest. Left out = as it is, of a new application false.')
  @IsOptional() @IsBoolean() alertOnFirstScan?: boolean;
}

export class CreateApplication extends EditApplication {
  @Field('Its name, by which reports and events name it; unique in the organization and never changed.') @IsString() @IsNotEmpty() @IsNotBlank() @MaxLength(200) name!: string;
}

export class Application {
  @Field('Its name, by which reports and events name it.') @IsString() name!: string;
  @Field('E-mail addresses, in lower case, of who owns issues to which neither their source nor a rule gives an owner.') @IsArray() @IsString({ each: true }) owners!: string[];
  @Field('Owners by path: the last rule that matches a path decides.') @IsArray() @IsParts(() => OwnerRule) ownerRules!: OwnerRule[];
  @Field('The channel of the application: where workflows that say so send messages about its issues; left out when there is none.')
  @IsOptional() @IsPart(() => DefaultDestination) defaultDestination?: DefaultDestination;
  @Field('The branch whose scans count, such as `main`; scans of others are only compared.') @IsString() defaultBranch!: string;
  @Field('Whether the issues of a first scan are told one by one instead of as one digest.') @IsBoolean() alertOnFirstScan!: boolean;
}

export class RefusedEvent {
  @Field('Place of the event in the batch, from 0 on.') @IsInt() index!: number;
  @Field('JSON pointer into the body to what is wrong first; left out where there is no such place.') @IsOptional() @IsString() pointer?: string;
  @Field('What is wrong, in words.') @IsString() message!: string;
}

/** The answer to taken-in events. */
export class Receipt {
  @Field('How many events were taken.') @IsInt() accepted!: number;
  @Field('How many were left out because the same `source` and `id` had been taken before.') @IsInt() duplicates!: number;
  @Field('The events that are wrong; when there is one, nothing is taken. Empty in a 202.') @IsArray() @IsParts(() => RefusedEvent) refused!: RefusedEvent[];
}

export class AcceptedScan {
  @Field('Id of the scan, for `GET /v1/scans/{id}`; that of an earlier one where the report equals byte for byte the latest of its tool, application and scope within an hour.')
  @IsString() scanId!: string;
}

export class IssueFacets {
  @Field('What the filters can be set to: name of a filter → value → how many issues it would show, whatever that filter is set to now.')
  @IsObject() facets!: Record<string, Record<string, number>>;
}
