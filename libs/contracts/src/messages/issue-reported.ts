import { ArrayMaxSize, IsArray, IsIn, IsNotEmpty, IsNumber, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

import { CATEGORIES, SEVERITIES, type Category, type Severity } from '@tocsin/domain';

import { IsNotBlank, IsPart, IsTime } from '../decorators.js';
import { Field } from '../field.js';
import { IssueLocationContract } from '../issue.contract.js';

/** `issue.reported.v1`: what a producer knows of an issue. Identity is `fingerprint`, else rule and location. */
export class IssueReported {
  @Field('The organization that the issue belongs to, equal to the event’s `organizationid`; over HTTP it may be left out, since the token says it.')
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(128) organizationId?: string;
  @Field('What is wrong, in a line.') @IsString() @IsNotEmpty() @IsNotBlank() @MaxLength(1000) title!: string;
  @Field('How urgent it is, from `info` to `critical`.') @IsIn(SEVERITIES) severity!: Severity;
  @Field('Name of the application that it is in; one that is not known yet is made.') @IsString() @IsNotEmpty() @IsNotBlank() @MaxLength(200) application!: string;
  @Field('What makes it the same issue the next time; may be left out when `rule` and `location` are given.')
  @IsOptional() @IsString() @IsNotEmpty() @IsNotBlank() @MaxLength(512) fingerprint?: string;
  @Field('The part of the application that it is of; left out = the whole.') @IsOptional() @IsString() @MaxLength(500) scope?: string;
  @Field('What kind of problem it is; left out = found out from CWEs, tags, rule and tool, else `unknown`.') @IsOptional() @IsIn(CATEGORIES) category?: Category;
  @Field('Id of the rule that found it, such as `java/sql-injection`.') @IsOptional() @IsString() @IsNotEmpty() @MaxLength(500) rule?: string;
  @Field('The scanner that found it.') @IsOptional() @IsString() @MaxLength(200) tool?: string;
  @Field('Where it is.') @IsOptional() @IsPart(() => IssueLocationContract) location?: IssueLocationContract;
  @Field('Ids of its vulnerabilities, such as `CVE-2021-44228`.') @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) cves?: string[];
  @Field('Ids of its weaknesses, such as `CWE-89`.') @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) cwes?: string[];
  @Field('CVSS base score, 0 to 10.') @IsOptional() @IsNumber() @Min(0) @Max(10) cvss?: number;
  @Field('EPSS: the probability, 0 to 1, that it is exploited within 30 days.') @IsOptional() @IsNumber() @Min(0) @Max(1) epss?: number;
  @Field('E-mail addresses of who owns it; left out or empty = by the application’s rules and owners.')
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) owners?: string[];
  @Field('Words to find it by.') @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) tags?: string[];
  @Field('What is wrong, at length, as plain text.') @IsOptional() @IsString() @MaxLength(20_000) description?: string;
  @Field('What to do, as plain text.') @IsOptional() @IsString() @MaxLength(20_000) recommendation?: string;
  @Field('When it has to be resolved.') @IsOptional() @IsTime() dueAt?: string;
  @Field('Link to it in its source.') @IsOptional() @IsString() @MaxLength(3000) url?: string;
  @Field('When it was first seen; left out = when its first event arrived. Counts for an issue that is new here.') @IsOptional() @IsTime() firstSeen?: string;
  @Field('Not used: an issue is last seen when an event of it arrives.') @IsOptional() @IsTime() lastSeen?: string;
}
