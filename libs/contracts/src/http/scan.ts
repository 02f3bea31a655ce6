import { IsArray, IsBoolean, IsIn, IsInt, IsObject, IsOptional, IsString, Min } from 'class-validator';

import { IsPart, IsParts } from '../decorators.js';
import { Field } from '../field.js';

export const SCAN_STATES = ['received', 'validating', 'comparing', 'done', 'refused', 'cancelled'] as const;
export type ScanState = (typeof SCAN_STATES)[number];

export class ScanCounts {
  @Field('Issues that were seen for the first time.') @IsInt() @Min(0) new!: number;
  @Field('Issues of which something that people act on changed: severity, owners, CVEs, CVSS or EPSS past a threshold, or open again after they were excluded.')
  @IsInt() @Min(0) updated!: number;
  @Field('Issues that were seen again, unchanged.') @IsInt() @Min(0) existing!: number;
  @Field('Issues that the scanner no longer finds.') @IsInt() @Min(0) resolved!: number;
  @Field('Issues that are dismissed in the source, and were not excluded before.') @IsInt() @Min(0) excluded!: number;
  @Field('Issues that are back after they were resolved.') @IsInt() @Min(0) reopened!: number;
}

export class ScanProgress {
  @Field('Findings that were worked through so far.') @IsInt() @Min(0) done!: number;
  @Field('Findings in the report, each issue once.') @IsInt() @Min(0) total!: number;
}

export class DroppedResults {
  @Field('Why they were left out, in words.') @IsString() reason!: string;
  @Field('How many findings were left out.') @IsInt() count!: number;
}

export class OddPlace {
  @Field('JSON pointer into the report.') @IsString() pointer!: string;
  @Field('What is odd there; it was read all the same.') @IsString() message!: string;
}

/** One report of one scanner and what became of it. */
export class Scan {
  @Field('Id of the scan.') @IsString() scanId!: string;
  @Field('`received`: in line; `validating` and `comparing`: in work; `done`; `refused`: the report could not be read, see `problem`; `cancelled`: somebody stopped it, and what was recorded stays.')
  @IsIn(SCAN_STATES) state!: ScanState;
  @Field('`sarif` or `ocsf`.') @IsString() format!: string;
  @Field('The scanner, as the report names it, several by comma; left out when it names none.') @IsOptional() @IsString() tool?: string;
  @Field('The application that was scanned.') @IsString() application!: string;
  @Field('The part of the application that it speaks for; empty for a report that names no part of its application.') @IsString() scope!: string;
  @Field('Branch or tag that was scanned; left out when none was named.') @IsOptional() @IsString() ref?: string;
  @Field('Whether it is the first scan ever of its tool, application and scope: told as one digest unless the application says otherwise.') @IsBoolean() baseline!: boolean;
  @Field('Whether it was of another branch than the application’s default one: `counts` say what it would add and fix, and nothing was changed.')
  @IsBoolean() comparedOnly!: boolean;
  @Field('How far it has come.') @IsPart(() => ScanProgress) progress!: ScanProgress;
  @Field('What it did to issues so far.') @IsPart(() => ScanCounts) counts!: ScanCounts;
  @Field('Findings that were left out, by reason; empty when none was.') @IsArray() @IsParts(() => DroppedResults) dropped!: DroppedResults[];
  @Field('Places of the report that are not as its format wants them, some of very many; empty when there are none.') @IsArray() @IsParts(() => OddPlace) odd!: OddPlace[];
  @Field('Of a scan that was refused: why, as `title`, `code`, `detail` and the place. Otherwise left out.') @IsOptional() @IsObject() problem?: object;
}
