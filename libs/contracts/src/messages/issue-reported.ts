import { ArrayMaxSize, IsArray, IsIn, IsNotEmpty, IsNumber, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

import { CATEGORIES, SEVERITIES, type Category, type Severity } from '@tocsin/domain';

import { IsPart, IsTime } from '../decorators.js';
import { IssueLocationContract } from '../issue.contract.js';

/** `issue.reported.v1`: what a producer knows of an issue. Identity is `fingerprint`, else rule and location. */
export class IssueReported {
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(128) organizationId?: string;
  @IsString() @IsNotEmpty() @MaxLength(1000) title!: string;
  @IsIn(SEVERITIES) severity!: Severity;
  @IsString() @IsNotEmpty() @MaxLength(200) application!: string;
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(512) fingerprint?: string;
  @IsOptional() @IsString() @MaxLength(500) scope?: string;
  @IsOptional() @IsIn(CATEGORIES) category?: Category;
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(500) rule?: string;
  @IsOptional() @IsString() @MaxLength(200) tool?: string;
  @IsOptional() @IsPart(() => IssueLocationContract) location?: IssueLocationContract;
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) cves?: string[];
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) cwes?: string[];
  @IsOptional() @IsNumber() @Min(0) @Max(10) cvss?: number;
  @IsOptional() @IsNumber() @Min(0) @Max(1) epss?: number;
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) owners?: string[];
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) tags?: string[];
  @IsOptional() @IsString() @MaxLength(20_000) description?: string;
  @IsOptional() @IsString() @MaxLength(20_000) recommendation?: string;
  @IsOptional() @IsTime() dueAt?: string;
  @IsOptional() @IsString() @MaxLength(3000) url?: string;
  @IsOptional() @IsTime() firstSeen?: string;
  @IsOptional() @IsTime() lastSeen?: string;
}
