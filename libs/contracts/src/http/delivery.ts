import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsDateString, IsDefined, IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';

import { CATEGORIES, DELIVERY_STATES, SEVERITIES, type Category, type DeliveryError, type DeliverySource, type DeliveryState, type Destination, type LeakGuardRule, type Passage, type Severity, type UnconfirmedPolicy } from '@tocsin/domain';

import { IsDeliverySource, IsDestination } from '../decorators.js';

export class DeliveryDestination {
  @IsOptional() @IsString() id?: string;
  @IsOptional() @IsIn(['channel', 'user']) kind?: 'channel' | 'user';
  @IsOptional() @IsString() name?: string;
}

export class WaitingFor {
  @IsString() reason!: string;
  @IsOptional() @IsDateString() until?: string;
}

export class DeliveryErrorView implements DeliveryError {
  @IsString() code!: string;
  @IsString() message!: string;
  @IsString() remedy!: string;
}

export class SlackMessageRef {
  @IsString() channel!: string;
  @IsString() ts!: string;
  @IsString() permalink!: string;
}

export class TimelineEntry {
  @IsDateString() at!: string;
  @IsString() kind!: string;
  @IsString() text!: string;
  @IsOptional() @IsObject() slack?: object;
}

/** The life of one command, as the API and `delivery.settled.v1` show it. */
export class Delivery {
  /** The command's id. */
  @IsString() id!: string;
  @IsIn(DELIVERY_STATES) state!: DeliveryState;
  @IsInt() version!: number;
  @IsString() @IsNotEmpty() organizationId!: string;
  @IsString() connectionId!: string;
  @IsDefined() @ValidateNested() @Type(() => DeliveryDestination) destination!: DeliveryDestination;
  @IsArray() @IsString({ each: true }) issueIds!: string[];
  @IsInt() issueCount!: number;
  /** Of its one issue or its digest, for people who look for it in a list; left out where it tells none. */
  @IsOptional() @IsString() title?: string;
  @IsInt() priority!: number;
  @IsInt() attempts!: number;
  @IsDeliverySource() source!: DeliverySource;
  @IsOptional() @ValidateNested() @Type(() => WaitingFor) waitingFor?: WaitingFor;
  @IsOptional() @IsString() digestId?: string;
  @IsOptional() @IsString() replayOf?: string;
  @IsOptional() @ValidateNested() @Type(() => DeliveryErrorView) error?: DeliveryErrorView;
  @IsOptional() @ValidateNested() @Type(() => SlackMessageRef) slack?: SlackMessageRef;
  @IsDateString() createdAt!: string;
  @IsOptional() @IsDateString() settledAt?: string;
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => TimelineEntry) timeline?: TimelineEntry[];
}

/** `accepted` is counted when commands are recorded, not summed from the rows: `balanced` can fail. */
export class DeliverySummary {
  @IsInt() accepted!: number;
  /** Committed by a sender, not yet recorded by notifier. */
  @IsInt() inTransit!: number;
  @IsObject() byState!: Record<DeliveryState, number>;
  @IsBoolean() balanced!: boolean;
  /** What could not be counted, and why; left out when everything was. */
  @IsOptional() @IsString() incomplete?: string;
}

/** Body of `POST /v1/deliveries/{id}/replay`. */
export class ReplayDelivery {
  /** Somewhere else than the first time. */
  @IsOptional() @IsDestination() destination?: Destination;
  @IsOptional() @IsString() @MaxLength(2000) reason?: string;
  /** Sends again what was posted already. */
  @IsOptional() @IsBoolean() force?: boolean;
}

export class AcceptedReplay {
  @IsString() deliveryId!: string;
  @IsString() replayOf!: string;
}

export class AcceptedDelivery {
  @IsString() deliveryId!: string;
}

export class CreateTestMessage {
  @IsDestination() destination!: Destination;
}

/** What to do when Slack may have a message: send it again, or leave it to a person. */
export class UnconfirmedPolicies {
  @IsIn(['resend', 'hold']) workflow!: UnconfirmedPolicy;
  @IsIn(['resend', 'hold']) manual!: UnconfirmedPolicy;
}

/** Severities and categories that may pass; an issue passes when both are named. */
export class LeakGuardPassage implements Passage {
  @IsArray() @ArrayMaxSize(SEVERITIES.length) @IsIn(SEVERITIES, { each: true }) severities!: Severity[];
  @IsArray() @ArrayMaxSize(CATEGORIES.length) @IsIn(CATEGORIES, { each: true }) categories!: Category[];
}

export class LeakGuard implements LeakGuardRule {
  @IsDefined() @ValidateNested() @Type(() => LeakGuardPassage) public!: LeakGuardPassage;
  @IsDefined() @ValidateNested() @Type(() => LeakGuardPassage) shared!: LeakGuardPassage;
}

/** An organization's settings for deliveries. */
export class DeliverySettings {
  @IsDefined() @ValidateNested() @Type(() => UnconfirmedPolicies) unconfirmed!: UnconfirmedPolicies;
  @IsDefined() @ValidateNested() @Type(() => LeakGuard) leakGuard!: LeakGuard;
  /** Days that a settled delivery can be looked up; its count stays for ever. */
  @IsInt() @Min(1) @Max(3650) retentionDays!: number;
}
