import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsOptional, IsString, Matches } from 'class-validator';

import { SEVERITIES, type MentionOptions, type MessageOptions } from '@tocsin/domain';

import { IsPart } from './decorators.js';
import { Field } from './field.js';

export class MentionOptionsContract implements MentionOptions {
  @Field('True mentions the issue’s owners whom the workspace knows by their e-mail address; left out = false.') @IsOptional() @IsBoolean() owner?: boolean;
  @Field('Slack’s ids of people to mention, such as `U0123456789`.')
  @IsOptional() @IsArray() @ArrayMaxSize(20) @IsString({ each: true }) @Matches(/^[UW][A-Z0-9]{6,20}$/, { each: true }) people?: string[];
  @Field('Slack’s ids of user groups to mention, such as `S0123456789`.')
  @IsOptional() @IsArray() @ArrayMaxSize(20) @IsString({ each: true }) @Matches(/^S[A-Z0-9]{6,20}$/, { each: true }) groups?: string[];
  @Field('Mentions only when an issue is as severe or more; left out = always.') @IsOptional() @IsIn(SEVERITIES) fromSeverity?: string;
}

export class MessageOptionsContract implements MessageOptions {
  @Field('Whether the message is brought up to date in place when its issue changes; left out = true.') @IsOptional() @IsBoolean() living?: boolean;
  @Field('Whether its thread tells what changed; left out = true.') @IsOptional() @IsBoolean() thread?: boolean;
  @Field('Whether answers in its thread are shown in the channel as well; left out = false.') @IsOptional() @IsBoolean() broadcast?: boolean;
  @Field('Whom it mentions; left out = nobody.') @IsOptional() @IsPart(() => MentionOptionsContract) mention?: MentionOptionsContract;
}
