import { IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

import type { FieldChange } from '@tocsin/domain';

/** What a field was and what it is; a side is left out where there was no value. */
export class FieldChangeContract implements FieldChange {
  @IsString() @IsNotEmpty() @MaxLength(200) field!: string;
  @IsOptional() from: unknown;
  @IsOptional() to: unknown;
}
