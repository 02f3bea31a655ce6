import { IsBoolean, IsDefined, IsInt, IsNotEmpty, IsOptional, IsString, Min } from 'class-validator';

import { IsPart } from '../decorators.js';
import { ScanCounts } from '../http/scan.js';

/** `scan.completed.v1`: all changes of a scan have been told; `changes` is how many `issue.changed.v1` there were. */
export class ScanCompleted {
  @IsString() @IsNotEmpty() organizationId!: string;
  @IsString() @IsNotEmpty() scanId!: string;
  @IsString() application!: string;
  @IsOptional() @IsString() scope?: string;
  @IsBoolean() baseline!: boolean;
  @IsInt() @Min(0) changes!: number;
  @IsDefined() @IsPart(() => ScanCounts) counts!: ScanCounts;
}
