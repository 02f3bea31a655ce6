/** What a report is posted with, and how scans are listed. */
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsOptional, IsString, IsUrl, Matches, Max, MaxLength, Min } from 'class-validator';

import { Field, IsNotBlank, IsTime, SCAN_STATES, type ScanState } from '@tocsin/contracts';
import { CommaList, ListQuery, QueryNumber } from '@tocsin/platform';

const NO_CONTROL = /^[^\p{Cc}]*$/u;
const SWITCH: Record<string, boolean> = { true: true, '1': true, '': true, false: false, '0': false };

/** Query of `POST /v1/scans`. */
export class PostScanQuery {
  @Field('Name of the application that was scanned; one that is not known yet is made.')
  @IsString() @IsNotEmpty() @IsNotBlank() @MaxLength(200) @Matches(NO_CONTROL, { message: 'application must hold no control characters' }) application!: string;
  @Field('The part of the application that the scan speaks for; left out = what the report says.')
  @IsOptional() @IsString() @MaxLength(500) @Matches(NO_CONTROL, { message: 'scope must hold no control characters' }) scope?: string;
  @Field('Branch or tag that was scanned; of another branch than the application’s default one it is only compared. Left out = the default branch.')
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(250) @Matches(NO_CONTROL, { message: 'ref must hold no control characters' }) ref?: string;
  @Field('Commit that was scanned; with `repository` it turns locations into links.')
  @IsOptional() @Matches(/^[0-9a-fA-F]{7,64}$/, { message: 'commit must be a commit id of 7 to 64 hexadecimal digits' }) commit?: string;
  @Field('Https address of the repository, such as `https://github.com/acme/payments`.') @IsOptional() @IsString() @IsNotEmpty() @MaxLength(500) repository?: string;
  @Field('Address of the CI run that made the report.')
  @IsOptional() @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false }) @MaxLength(2000) runUrl?: string;
  @Field('When it was scanned, where the report does not say when its run ended; left out = when it arrives.') @IsOptional() @IsTime() scannedAt?: string;
  @Field('`true` refuses a SARIF report that breaks the schema of SARIF 2.1.0, which many producers do; left out = it is read as far as it can be understood.')
  @IsOptional() @Transform(({ value }: { value: unknown }) => SWITCH[String(value)] ?? value) @IsBoolean() strict?: boolean;
}

/** Query of `GET /v1/scans`, newest first. */
export class ScanListQuery extends ListQuery {
  @Field('Names of applications.') @IsOptional() @CommaList() @IsString({ each: true }) application?: string[];
  @Field('How far they have come.') @IsOptional() @CommaList() @IsIn(SCAN_STATES, { each: true }) state?: ScanState[];
}

export class WaitQuery {
  @Field('Seconds to wait at most for the scan to end; left out = answer at once.') @IsOptional() @QueryNumber() @IsInt() @Min(0) @Max(60) wait = 0;
}
