import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsInt, IsNotEmpty, IsOptional, IsString, Min, ValidateNested } from 'class-validator';

import { ScanCounts } from '../http/scan.js';

/** `scan.completed.v1`: all changes of a scan have been told; `changes` is how many `issue.changed.v1` there were. */
export class ScanCompleted {
  @IsString() @IsNotEmpty() organizationId!: string;
  @IsString() @IsNotEmpty() scanId!: string;
  @IsString() application!: string;
  @IsOptional() @IsString() scope?: string;
  @IsBoolean() baseline!: boolean;
  @IsInt() @Min(0) changes!: number;
  @IsDefined() @ValidateNested() @Type(() => ScanCounts) counts!: ScanCounts;
}
