import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';

import { PERMISSIONS, ROLES, type Permission } from '@tocsin/domain';

import { IsNotBlank, IsPart, IsTime } from '../decorators.js';
import { Field } from '../field.js';

export class Actor {
  @Field('`user`: a person; `key`: an API key; `system`: Tocsin itself, or an internal service that speaks over the bus.') @IsIn(['user', 'key', 'system']) kind!: 'user' | 'key' | 'system';
  @Field('Of a user the id in the token (`sub`), of an API key its id, of the system what did it, such as `tocsin` or `slack`.') @IsString() id!: string;
  @Field('E-mail address of the user or name of the API key, at that time; left out where the id is all.') @IsOptional() @IsString() name?: string;
}

export class AuditTarget {
  @Field('What it happened to, such as `connection`, `delivery`, `issue` or `workflow`.') @IsString() kind!: string;
  @Field('Its id.') @IsString() id!: string;
}

export class AuditEntry {
  @Field('Id of the entry.') @IsString() id!: string;
  @Field('When it happened.') @IsTime() at!: string;
  @Field('Who did it.') @IsPart(() => Actor) actor!: Actor;
  @Field('What was done, such as `connection.connected`, `issue.sent` or `deliveries.cancelled`.') @IsString() action!: string;
  @Field('What it was done to.') @IsPart(() => AuditTarget) target!: AuditTarget;
  @Field('What was so before; left out where that says nothing.') @IsOptional() @IsObject() before?: object;
  @Field('What is so since, or what was asked for; left out where that says nothing.') @IsOptional() @IsObject() after?: object;
  @Field('Id of the request that did it, as its answer named it; left out where it was none.') @IsOptional() @IsString() requestId?: string;
  @Field('The service whose audit log it is in: `connector`, `issues`, `workflows` or `notifier`.') @IsString() service!: string;
}

/** A message that a service could not handle, or that the bus would not take from it. */
export class DeadLetter {
  @Field('`<service>:<uuid>`; the same message that dies again in the same queue has the same id.') @IsString() id!: string;
  @Field('The service that could not handle it, or could not say it.') @IsString() service!: string;
  @Field('The queue that it died in; `<service>.outbox` when the bus refused it.') @IsString() queue!: string;
  @Field('Type of the message, such as `slack.send.v1`.') @IsString() type!: string;
  @Field('The organization that it belongs to; left out where the message names none that can be trusted: then it is for operators only.')
  @IsOptional() @IsString() organizationId?: string;
  @Field('Id of the event, as its sender gave it; left out where it has none.') @IsOptional() @IsString() messageId?: string;
  @Field('Why, as a word for programs, such as `invalid_data`, `foreign_connection`, `too_large` or `attempts_exhausted`.') @IsString() reason!: string;
  @Field('What was wrong and where; for whoever stands outside the organization without anything that the message says.') @IsString() error!: string;
  @Field('When it became a dead letter.') @IsTime() receivedAt!: string;
  @Field('How often it was tried.') @IsInt() attempts!: number;
  @Field('The first 500 characters of its data, tokens blackened; left out for whoever stands outside the organization.') @IsOptional() @IsString() preview?: string;
}

export class DeadLetterReplayed {
  @Field('Id of the letter, which is gone from the list.') @IsString() id!: string;
  @Field('Always true: it is on its way to the queue that it came from.') @IsBoolean() replayed!: boolean;
}

export class CreateApiKey {
  @Field('A name for people, such as `ci of payments`.') @IsString() @IsNotEmpty() @IsNotBlank() @MaxLength(100) name!: string;
  @Field('Roles whose permissions it gets, none beyond your own; they and `permissions` add up, and at least one must be named.')
  @IsOptional() @IsArray() @ArrayMinSize(1) @IsIn(Object.keys(ROLES), { each: true }) roles?: string[];
  @Field('Permissions that it gets, none beyond your own.') @IsOptional() @IsArray() @ArrayMinSize(1) @IsIn(PERMISSIONS, { each: true }) permissions?: Permission[];
  @Field('The only applications that it may name, of its roles it then gets what can be limited so; left out = all.') @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) applications?: string[];
  @Field('When it stops being valid; in the future.') @IsTime() expiresAt!: string;
}

export class ApiKey {
  @Field('Id of the key, which is not the key itself.') @IsString() id!: string;
  @Field('Its name for people.') @IsString() name!: string;
  @Field('What it may do.') @IsArray() @IsString({ each: true }) permissions!: Permission[];
  @Field('The only applications that it may name; left out = all.') @IsOptional() @IsArray() @IsString({ each: true }) applications?: string[];
  @Field('When it stops being valid.') @IsTime() expiresAt!: string;
  @Field('When it was made.') @IsTime() createdAt!: string;
  @Field('The key itself (`tocsin_…`), shown once, in the answer that makes it; left out in lists.') @IsOptional() @IsString() key?: string;
}
