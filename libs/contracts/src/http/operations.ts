import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsDateString, IsIn, IsNotEmpty, IsObject, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';

import { PERMISSIONS, ROLES, type Permission } from '@tocsin/domain';

export class Actor {
  @IsIn(['user', 'key', 'system']) kind!: 'user' | 'key' | 'system';
  @IsString() id!: string;
}

export class AuditTarget {
  @IsString() kind!: string;
  @IsString() id!: string;
}

export class AuditEntry {
  @IsString() id!: string;
  @IsDateString() at!: string;
  @ValidateNested() @Type(() => Actor) actor!: Actor;
  @IsString() action!: string;
  @ValidateNested() @Type(() => AuditTarget) target!: AuditTarget;
  @IsOptional() @IsObject() before?: object;
  @IsOptional() @IsObject() after?: object;
  @IsOptional() @IsString() requestId?: string;
  @IsString() service!: string;
}

export class CreateApiKey {
  @IsString() @IsNotEmpty() @MaxLength(100) name!: string;
  @IsOptional() @IsArray() @ArrayMinSize(1) @IsIn(Object.keys(ROLES), { each: true }) roles?: string[];
  @IsOptional() @IsArray() @ArrayMinSize(1) @IsIn(PERMISSIONS, { each: true }) permissions?: Permission[];
  /** The key may name only these applications; left out = all. */
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) applications?: string[];
  @IsDateString() expiresAt!: string;
}

export class ApiKey {
  @IsString() id!: string;
  @IsString() name!: string;
  @IsArray() @IsString({ each: true }) permissions!: Permission[];
  @IsOptional() @IsArray() @IsString({ each: true }) applications?: string[];
  @IsDateString() expiresAt!: string;
  @IsDateString() createdAt!: string;
  /** Shown once, in the answer that creates it. */
  @IsOptional() @IsString() key?: string;
}
