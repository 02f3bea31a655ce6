import { ArrayMaxSize, IsArray, IsIn, IsInt, IsNotEmpty, IsNumber, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

import { CATEGORIES, ISSUE_STATUSES, SEVERITIES, type Category, type Issue, type IssueLocation, type IssueStatus, type Severity } from '@tocsin/domain';

import { IsPart, IsTime } from './decorators.js';
import { Field } from './field.js';

export class IssueLocationContract implements IssueLocation {
  @Field('Path of the file from the root of the repository, or what the source names instead, such as an image or a package.') @IsString() @MaxLength(2000) path!: string;
  @Field('Line in it, from 1 on; left out where none is named.') @IsOptional() @IsInt() @Min(1) line?: number;
  @Field('Link to the line at the scanned commit, https only; left out where there is none.') @IsOptional() @IsString() @MaxLength(2000) url?: string;
}

/** The most that a column of whole numbers holds. */
const REVISION_MAX = 2_147_483_647;

/** An issue as it travels and as the API shows it. */
export class IssueContract implements Issue {
  @Field('Id of the issue; stays the same over all scans.') @IsString() @IsNotEmpty() @MaxLength(128) id!: string;
  @Field('Grows with every change of the issue: of two views, the one with the greater number is newer. `If-Match` takes it.')
  @IsInt() @Min(0) @Max(REVISION_MAX) revision!: number;
  @Field('What makes it the same issue in the next scan of its tool, application and scope: what the source says, else a hash of tool, rule, place and content.')
  @IsString() @IsNotEmpty() @MaxLength(512) fingerprint!: string;
  @Field('What is wrong, in a line.') @IsString() @IsNotEmpty() @MaxLength(1000) title!: string;
  @Field('How urgent it is, from `info` to `critical`.') @IsIn(SEVERITIES) severity!: Severity;
  @Field('What kind of problem it is; `unknown` where the source gives no reason for any.') @IsIn(CATEGORIES) category!: Category;
  @Field('Name of the application that it is in.') @IsString() @IsNotEmpty() @MaxLength(200) application!: string;
  @Field('`open`; `resolved`: its source no longer finds it, or somebody said so; `excluded`: dismissed in the source or by a person.') @IsIn(ISSUE_STATUSES) status!: IssueStatus;
  @Field('Id of the rule that found it, such as `java/sql-injection`; left out where the source names none.') @IsOptional() @IsString() @MaxLength(500) rule?: string;
  @Field('The scanner that found it; left out where the source names none.') @IsOptional() @IsString() @MaxLength(200) tool?: string;
  @Field('Where it is; left out where the source does not say.') @IsOptional() @IsPart(() => IssueLocationContract) location?: IssueLocationContract;
  @Field('Ids of its vulnerabilities, such as `CVE-2021-44228`.') @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) cves!: string[];
  @Field('Ids of its weaknesses, such as `CWE-89`.') @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) cwes!: string[];
  @Field('CVSS base score, 0 to 10; left out where none is known.') @IsOptional() @IsNumber() @Min(0) @Max(10) cvss?: number;
  @Field('EPSS: the probability, 0 to 1, that it is exploited within 30 days; left out where none is known.') @IsOptional() @IsNumber() @Min(0) @Max(1) epss?: number;
  @Field('E-mail addresses, in lower case, of who owns it: by the source, else by the application’s rules and owners, or set by hand.')
  @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) owners!: string[];
  @Field('Words that the source puts to it.') @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) tags!: string[];
  @Field('What is wrong, at length, as plain text; left out where the source says nothing. In a message it may be cut or left out.') @IsOptional() @IsString() description?: string;
  @Field('What to do, as plain text; left out where the source says nothing. In a message it may be cut or left out.') @IsOptional() @IsString() recommendation?: string;
  @Field('When it has to be resolved; left out where the source gives no date.') @IsOptional() @IsTime() dueAt?: string;
  @Field('Link to it in its source; left out where there is none.') @IsOptional() @IsString() @MaxLength(3000) url?: string;
  @Field('When it was first seen.') @IsTime() firstSeen!: string;
  @Field('When its source last said that it is there.') @IsTime() lastSeen!: string;
  @Field('The part of the application that its scan speaks for; left out where none was named.') @IsOptional() @IsString() @MaxLength(500) scope?: string;
}
