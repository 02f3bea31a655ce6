import { IsArray, IsBoolean, IsDefined, IsIn, IsInt, IsNotEmpty, IsOptional, IsString, MaxLength, ValidateIf } from 'class-validator';

import { CONNECTION_METHODS, HEALTH_STATES, type ConnectionMethod, type ConnectivityCheck, type HealthState } from '@tocsin/domain';

import { IsPart, IsParts, IsTime } from '../decorators.js';

export class Workspace {
  @IsString() id!: string;
  @IsString() name!: string;
  @IsString() url!: string;
}

export class Bot {
  @IsOptional() @IsString() id?: string;
  @IsString() userId!: string;
  @IsString() name!: string;
}

export class ConnectionHealth {
  @IsIn(HEALTH_STATES) state!: HealthState;
  @IsOptional() @IsString() reason?: string;
  @IsTime() since!: string;
  @IsOptional() @IsString() remedy?: string;
}

export class TokenHint {
  /** The last four characters. */
  @IsString() hint!: string;
  @IsTime() updatedAt!: string;
  /** When the token ends; left out for one that does not. Where it can be renewed, that happens well before. */
  @IsOptional() @IsTime() expiresAt?: string;
}

/** A connection as the API and `connection.changed.v1` show it: never with its token. */
export class Connection {
  @IsString() id!: string;
  @IsIn(CONNECTION_METHODS) method!: ConnectionMethod;
  @IsDefined() @IsPart(() => Workspace) workspace!: Workspace;
  @IsDefined() @IsPart(() => Bot) bot!: Bot;
  @IsOptional() @IsString() appId?: string;
  @IsArray() @IsString({ each: true }) scopes!: string[];
  @IsArray() @IsString({ each: true }) missingScopes!: string[];
  @IsBoolean() paused!: boolean;
  /** Grows with every change of the connection. */
  @IsInt() version!: number;
  @IsDefined() @IsPart(() => ConnectionHealth) health!: ConnectionHealth;
  @IsDefined() @IsPart(() => TokenHint) token!: TokenHint;
  @IsTime() createdAt!: string;
  @IsOptional() @IsTime() lastCheckAt?: string;
}

/** Body of verify and of connect. */
export class ConnectionCredentials {
  @IsIn(CONNECTION_METHODS) method!: ConnectionMethod;
  @ValidateIf((body: ConnectionCredentials) => body.method === 'token') @IsString() @IsNotEmpty() @MaxLength(500) hostUrl!: string;
  @ValidateIf((body: ConnectionCredentials) => body.method === 'token') @IsString() @IsNotEmpty() @MaxLength(1000) token!: string;
}

export class ReplaceToken {
  @IsString() @IsNotEmpty() @MaxLength(1000) token!: string;
}

export class ConnectivityCheckView implements ConnectivityCheck {
  @IsString() id!: string;
  @IsIn(['passed', 'failed', 'warning']) status!: 'passed' | 'failed' | 'warning';
  @IsString() message!: string;
  @IsOptional() @IsString() remedy?: string;
}

export class VerificationResult {
  @IsBoolean() ok!: boolean;
  @IsOptional() @IsPart(() => Workspace) workspace?: Workspace;
  @IsOptional() @IsPart(() => Bot) bot?: Bot;
  @IsArray() @IsParts(() => ConnectivityCheckView) checks!: ConnectivityCheckView[];
}
