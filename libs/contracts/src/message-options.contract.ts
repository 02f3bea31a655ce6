import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsOptional, IsString, Matches } from 'class-validator';

import { SEVERITIES, type MentionOptions, type MessageOptions } from '@tocsin/domain';

import { IsPart } from './decorators.js';

export class MentionOptionsContract implements MentionOptions {
  @IsOptional() @IsBoolean() owner?: boolean;
  @IsOptional() @IsArray() @ArrayMaxSize(20) @IsString({ each: true }) @Matches(/^[UW][A-Z0-9]{6,20}$/, { each: true }) people?: string[];
  @IsOptional() @IsArray() @ArrayMaxSize(20) @IsString({ each: true }) @Matches(/^S[A-Z0-9]{6,20}$/, { each: true }) groups?: string[];
  @IsOptional() @IsIn(SEVERITIES) fromSeverity?: string;
}

export class MessageOptionsContract implements MessageOptions {
  @IsOptional() @IsBoolean() living?: boolean;
  @IsOptional() @IsBoolean() thread?: boolean;
  @IsOptional() @IsBoolean() broadcast?: boolean;
  @IsOptional() @IsPart(() => MentionOptionsContract) mention?: MentionOptionsContract;
}
