import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';

import { PERMISSIONS, ROLES, type Permission } from '@tocsin/domain';

import { IsPart, IsTime } from '../decorators.js';

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
  @IsTime() at!: string;
  @IsPart(() => Actor) actor!: Actor;
  @IsString() action!: string;
  @IsPart(() => AuditTarget) target!: AuditTarget;
  @IsOptional() @IsObject() before?: object;
  @IsOptional() @IsObject() after?: object;
  @IsOptional() @IsString() requestId?: string;
  @IsString() service!: string;
}

/** A message that a service could not handle, or that the bus would not take from it. */
export class DeadLetter {
  /** `<service>:<uuid>`; the same message that dies again in the same queue has the same id. */
  @IsString() id!: string;
  @IsString() service!: string;
  /** Where it died; `<service>.outbox` when the bus refused it. */
  @IsString() queue!: string;
  @IsString() type!: string;
  /** Left out where the message names none that can be trusted: then it is for operators only. */
  @IsOptional() @IsString() organizationId?: string;
  /** Id of the event, as its sender gave it. */
  @IsOptional() @IsString() messageId?: string;
  @IsString() reason!: string;
  /** What was wrong and where; for whoever stands outside the organization without anything that the message says. */
  @IsString() error!: string;
  @IsTime() receivedAt!: string;
  @IsInt() attempts!: number;
  /** The first 500 characters of its data, tokens blackened; left out for whoever stands outside the organization. */
  @IsOptional() @IsString() preview?: string;
}

export class DeadLetterReplayed {
  @IsString() id!: string;
  @IsBoolean() replayed!: boolean;
}

export class CreateApiKey {
  @IsString() @IsNotEmpty() @MaxLength(100) name!: string;
  @IsOptional() @IsArray() @ArrayMinSize(1) @IsIn(Object.keys(ROLES), { each: true }) roles?: string[];
  @IsOptional() @IsArray() @ArrayMinSize(1) @IsIn(PERMISSIONS, { each: true }) permissions?: Permission[];
  /** The key may name only these applications; left out = all. */
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) applications?: string[];
  @IsTime() expiresAt!: string;
}

export class ApiKey {
  @IsString() id!: string;
  @IsString() name!: string;
  @IsArray() @IsString({ each: true }) permissions!: Permission[];
  @IsOptional() @IsArray() @IsString({ each: true }) applications?: string[];
  @IsTime() expiresAt!: string;
  @IsTime() createdAt!: string;
  /** Shown once, in the answer that creates it. */
  @IsOptional() @IsString() key?: string;
}
