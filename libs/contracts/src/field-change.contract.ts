import { IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

import type { FieldChange } from '@tocsin/domain';

import { Field } from './field.js';

/** What a field was and what it is; a side is left out where there was no value. */
export class FieldChangeContract implements FieldChange {
  @Field('Name of the field of an issue, such as `severity`.') @IsString() @IsNotEmpty() @MaxLength(200) field!: string;
  @Field('What it was; left out or null where there was no value.') @IsOptional() from: unknown;
  @Field('What it is; left out or null where there is no value.') @IsOptional() to: unknown;
}
