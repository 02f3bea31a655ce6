import { IsArray, IsBoolean, IsIn, IsInt, IsObject, IsOptional, IsString, Min } from 'class-validator';

import { IsPart, IsParts } from '../decorators.js';

export const SCAN_STATES = ['received', 'validating', 'comparing', 'done', 'refused', 'cancelled'] as const;
export type ScanState = (typeof SCAN_STATES)[number];

export class ScanCounts {
  @IsInt() @Min(0) new!: number;
  @IsInt() @Min(0) updated!: number;
  @IsInt() @Min(0) existing!: number;
  @IsInt() @Min(0) resolved!: number;
  @IsInt() @Min(0) excluded!: number;
  @IsInt() @Min(0) reopened!: number;
}

export class ScanProgress {
  @IsInt() @Min(0) done!: number;
  @IsInt() @Min(0) total!: number;
}

export class DroppedResults {
  @IsString() reason!: string;
  @IsInt() count!: number;
}

export class OddPlace {
  @IsString() pointer!: string;
  @IsString() message!: string;
}

/** One report of one scanner and what became of it. */
export class Scan {
  @IsString() scanId!: string;
  @IsIn(SCAN_STATES) state!: ScanState;
  @IsString() format!: string;
  @IsOptional() @IsString() tool?: string;
  @IsString() application!: string;
  /** Empty for a report that names no part of its application. */
  @IsString() scope!: string;
  @IsOptional() @IsString() ref?: string;
  @IsBoolean() baseline!: boolean;
  @IsBoolean() comparedOnly!: boolean;
  @IsPart(() => ScanProgress) progress!: ScanProgress;
  @IsPart(() => ScanCounts) counts!: ScanCounts;
  @IsArray() @IsParts(() => DroppedResults) dropped!: DroppedResults[];
  @IsArray() @IsParts(() => OddPlace) odd!: OddPlace[];
  @IsOptional() @IsObject() problem?: object;
}
