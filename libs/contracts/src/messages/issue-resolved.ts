import { IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

/** `issue.resolved.v1`: a producer no longer has this issue. */
export class IssueResolved {
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(128) organizationId?: string;
  @IsString() @IsNotEmpty() @MaxLength(200) application!: string;
  @IsOptional() @IsString() @MaxLength(500) scope?: string;
  @IsString() @IsNotEmpty() @MaxLength(512) fingerprint!: string;
}
