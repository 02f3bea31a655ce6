/** What a report is posted with, and how scans are listed. */
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsOptional, IsString, IsUrl, Matches, Max, MaxLength, Min } from 'class-validator';

import { IsTime, SCAN_STATES, type ScanState } from '@tocsin/contracts';
import { CommaList, ListQuery, QueryNumber } from '@tocsin/platform';

const NO_CONTROL = /^[^\p{Cc}]*$/u;
const SWITCH: Record<string, boolean> = { true: true, '1': true, '': true, false: false, '0': false };

/** Query of `POST /v1/scans`. */
export class PostScanQuery {
  @IsString() @IsNotEmpty() @MaxLength(200) @Matches(NO_CONTROL, { message: 'application must hold no control characters' }) application!: string;
  @IsOptional() @IsString() @MaxLength(500) @Matches(NO_CONTROL, { message: 'scope must hold no control characters' }) scope?: string;
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(250) @Matches(NO_CONTROL, { message: 'ref must hold no control characters' }) ref?: string;
  @IsOptional() @Matches(/^[0-9a-f]{7,64}$/i, { message: 'commit must be a commit id of 7 to 64 hexadecimal digits' }) commit?: string;
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(500) repository?: string;
  @IsOptional() @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false }) @MaxLength(2000) runUrl?: string;
  @IsOptional() @IsTime() scannedAt?: string;
  @IsOptional() @Transform(({ value }: { value: unknown }) => SWITCH[String(value)] ?? value) @IsBoolean() strict?: boolean;
}

/** Query of `GET /v1/scans`, newest first. */
export class ScanListQuery extends ListQuery {
  @IsOptional() @CommaList() @IsString({ each: true }) application?: string[];
  @IsOptional() @CommaList() @IsIn(SCAN_STATES, { each: true }) state?: ScanState[];
}

export class WaitQuery {
  /** Seconds to wait at most for the scan to end. */
  @IsOptional() @QueryNumber() @IsInt() @Min(0) @Max(60) wait = 0;
}
