import { IsArray, IsBoolean, IsDefined, IsIn, IsInt, IsNotEmpty, IsOptional, IsString, MaxLength, ValidateIf } from 'class-validator';

import { CONNECTION_METHODS, HEALTH_STATES, type ConnectionMethod, type ConnectivityCheck, type HealthState } from '@tocsin/domain';

import { IsPart, IsParts, IsTime } from '../decorators.js';
import { Field } from '../field.js';

export class Workspace {
  @Field('Slack’s id of the workspace, such as `T0123456789`.') @IsString() id!: string;
  @Field('Its name in Slack.') @IsString() name!: string;
  @Field('Its address, such as `https://acme.slack.com`.') @IsString() url!: string;
}

export class Bot {
  @Field('Slack’s id of the bot, such as `B0123456789`; left out where Slack did not tell it.') @IsOptional() @IsString() id?: string;
  @Field('Slack’s id of the user that the bot posts as, such as `U0123456789`.') @IsString() userId!: string;
  @Field('The name of that user, without `@`.') @IsString() name!: string;
}

export class ConnectionHealth {
  @Field('`connected`; `needs_attention`: part of it does not work, or soon will not; `revoked`: Slack no longer accepts the credentials, and deliveries wait.')
  @IsIn(HEALTH_STATES) state!: HealthState;
  @Field('What is wrong, in a sentence; left out when nothing is.') @IsOptional() @IsString() reason?: string;
  @Field('When this state or its reason began.') @IsTime() since!: string;
  @Field('What to do about it, in a sentence; left out when nothing is wrong.') @IsOptional() @IsString() remedy?: string;
}

export class TokenHint {
  @Field('The last four characters of the token; the token itself is never shown.') @IsString() hint!: string;
  @Field('When this token was stored.') @IsTime() updatedAt!: string;
  @Field('When the token ends; left out for one that does not, or whose end Slack does not tell. Where it can be renewed, that happens well before.')
  @IsOptional() @IsTime() expiresAt?: string;
}

/** A connection as the API and `connection.changed.v1` show it: never with its token. */
export class Connection {
  @Field('Id of the connection; stays the same when its workspace is connected again.') @IsString() id!: string;
  @Field('How it was connected: `oauth` is IDENTITY PROVIDER, `token` is TOKEN.') @IsIn(CONNECTION_METHODS) method!: ConnectionMethod;
  @Field('The Slack workspace that it leads to.') @IsDefined() @IsPart(() => Workspace) workspace!: Workspace;
  @Field('Whom messages in Slack come from.') @IsDefined() @IsPart(() => Bot) bot!: Bot;
  @Field('Slack’s id of the app, such as `A0123456789`; left out where Slack did not tell it.') @IsOptional() @IsString() appId?: string;
  @Field('The scopes that Slack granted, such as `chat:write`.') @IsArray() @IsString({ each: true }) scopes!: string[];
  @Field('Required scopes that were not granted; empty when none is missing.') @IsArray() @IsString({ each: true }) missingScopes!: string[];
  @Field('Whether people have paused sending for this connection.') @IsBoolean() paused!: boolean;
  @Field('Grows with every change of the connection.') @IsInt() version!: number;
  @Field('Whether it works, and if not why and what to do.') @IsDefined() @IsPart(() => ConnectionHealth) health!: ConnectionHealth;
  @Field('What may be told of its token.') @IsDefined() @IsPart(() => TokenHint) token!: TokenHint;
  @Field('When the workspace was first connected.') @IsTime() createdAt!: string;
  @Field('When Slack last gave a verdict on its token; left out while there was none.') @IsOptional() @IsTime() lastCheckAt?: string;
}

/** Body of verify and of connect. */
export class ConnectionCredentials {
  @Field('`token`: a Bot User OAuth Token of your own Slack app. `oauth`: the published app; to be verified only, since connecting begins with `POST /v1/connections/oauth`.')
  @IsIn(CONNECTION_METHODS) method!: ConnectionMethod;
  @Field('Slack Host URL, with `token` only: the workspace that the token must belong to, such as `https://acme.slack.com`. Nothing is ever sent to it.')
  @ValidateIf((body: ConnectionCredentials) => body.method === 'token') @IsString() @IsNotEmpty() @MaxLength(500) hostUrl!: string;
  @Field('Bot User OAuth Token, with `token` only: begins with `xoxb-`. It is kept encrypted and never shown again.')
  @ValidateIf((body: ConnectionCredentials) => body.method === 'token') @IsString() @IsNotEmpty() @MaxLength(1000) token!: string;
}

export class ReplaceToken {
  @Field('The new Bot User OAuth Token (`xoxb-…`), of the same workspace. It is kept encrypted and never shown again.') @IsString() @IsNotEmpty() @MaxLength(1000) token!: string;
}

export class ConnectivityCheckView implements ConnectivityCheck {
  @Field('What was checked: `token.kind`, `token.accepted`, `workspace.matches`, `scope.<name>`, `list.channels` or `list.people`; of the published app `client.configured`, `client.accepted`, `redirect.https`, `redirect.here`, `redirect.listed` or `slack.reachable`.')
  @IsString() id!: string;
  @Field('`warning`: something will not work, or could not be found out, but it can be connected.') @IsIn(['passed', 'failed', 'warning']) status!: 'passed' | 'failed' | 'warning';
  @Field('What was found, in a sentence.') @IsString() message!: string;
  @Field('What to do, in a sentence; left out when nothing has to be done.') @IsOptional() @IsString() remedy?: string;
}

export class VerificationResult {
  @Field('Whether it can be connected.') @IsBoolean() ok!: boolean;
  @Field('The workspace that the token belongs to; left out when Slack did not accept it, and for the published app.') @IsOptional() @IsPart(() => Workspace) workspace?: Workspace;
  @Field('Whom messages would come from; left out as `workspace` is.') @IsOptional() @IsPart(() => Bot) bot?: Bot;
  @Field('Everything that was checked, in the order of the screen.') @IsArray() @IsParts(() => ConnectivityCheckView) checks!: ConnectivityCheckView[];
}
