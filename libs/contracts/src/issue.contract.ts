import { ArrayMaxSize, IsArray, IsIn, IsInt, IsNotEmpty, IsNumber, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

import { CATEGORIES, ISSUE_STATUSES, SEVERITIES, type Category, type Issue, type IssueLocation, type IssueStatus, type Severity } from '@tocsin/domain';

import { IsPart, IsTime } from './decorators.js';

export class IssueLocationContract implements IssueLocation {
  @IsString() @MaxLength(2000) path!: string;
  @IsOptional() @IsInt() @Min(1) line?: number;
  @IsOptional() @IsString() @MaxLength(2000) url?: string;
}

/** The most that a column of whole numbers holds. */
const REVISION_MAX = 2_147_483_647;

/** An issue as it travels and as the API shows it. */
export class IssueContract implements Issue {
  @IsString() @IsNotEmpty() @MaxLength(128) id!: string;
  @IsInt() @Min(0) @Max(REVISION_MAX) revision!: number;
  @IsString() @IsNotEmpty() @MaxLength(512) fingerprint!: string;
  @IsString() @IsNotEmpty() @MaxLength(1000) title!: string;
  @IsIn(SEVERITIES) severity!: Severity;
  @IsIn(CATEGORIES) category!: Category;
  @IsString() @IsNotEmpty() @MaxLength(200) application!: string;
  @IsIn(ISSUE_STATUSES) status!: IssueStatus;
  @IsOptional() @IsString() @MaxLength(500) rule?: string;
  @IsOptional() @IsString() @MaxLength(200) tool?: string;
  @IsOptional() @IsPart(() => IssueLocationContract) location?: IssueLocationContract;
  @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) cves!: string[];
  @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) cwes!: string[];
  @IsOptional() @IsNumber() @Min(0) @Max(10) cvss?: number;
  @IsOptional() @IsNumber() @Min(0) @Max(1) epss?: number;
  @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) owners!: string[];
  @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) tags!: string[];
  @IsOptional() @IsString() description?: string;
  @IsOptional() @IsString() recommendation?: string;
  @IsOptional() @IsTime() dueAt?: string;
  @IsOptional() @IsString() @MaxLength(3000) url?: string;
  @IsTime() firstSeen!: string;
  @IsTime() lastSeen!: string;
  @IsOptional() @IsString() @MaxLength(500) scope?: string;
}
