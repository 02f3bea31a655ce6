import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsDefined, IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

import { CATEGORIES, DELIVERY_SOURCES, DELIVERY_STATES, SEVERITIES, type Category, type DeliveryError, type DeliverySource, type DeliveryState, type Destination, type LeakGuardRule, type Passage, type Severity, type UnconfirmedPolicy } from '@tocsin/domain';

import { IsDeliverySource, IsDestination, IsPart, IsParts, IsTime } from '../decorators.js';

export class DeliveryDestination {
  @IsOptional() @IsString() id?: string;
  @IsOptional() @IsIn(['channel', 'user']) kind?: 'channel' | 'user';
  @IsOptional() @IsString() name?: string;
}

export class WaitingFor {
  @IsString() reason!: string;
  @IsOptional() @IsTime() until?: string;
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
  @IsTime() at!: string;
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
  @IsDefined() @IsPart(() => DeliveryDestination) destination!: DeliveryDestination;
  @IsArray() @IsString({ each: true }) issueIds!: string[];
  @IsInt() issueCount!: number;
  /** Of its one issue or its digest, for people who look for it in a list; left out where it tells none. */
  @IsOptional() @IsString() title?: string;
  @IsInt() priority!: number;
  @IsInt() attempts!: number;
  @IsDeliverySource() source!: DeliverySource;
  @IsOptional() @IsPart(() => WaitingFor) waitingFor?: WaitingFor;
  @IsOptional() @IsString() digestId?: string;
  @IsOptional() @IsString() replayOf?: string;
  @IsOptional() @IsPart(() => DeliveryErrorView) error?: DeliveryErrorView;
  @IsOptional() @IsPart(() => SlackMessageRef) slack?: SlackMessageRef;
  @IsTime() createdAt!: string;
  @IsOptional() @IsTime() settledAt?: string;
  @IsOptional() @IsArray() @IsParts(() => TimelineEntry) timeline?: TimelineEntry[];
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

/** Several values of one name, as a list or in one text with commas. */
function Several(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (value === undefined || value === null ? value : ([] as unknown[]).concat(value).flatMap((item) => (typeof item === 'string' ? item.split(',').map((part) => part.trim()) : [item]))));
}

/** Which deliveries are meant, whatever their state. Several values of one name are alternatives; different names all have to hold. */
export class DeliveryTraits {
  /** Ids of deliveries. */
  @IsOptional() @Several() @IsArray() @ArrayMaxSize(200) @IsString({ each: true }) id?: string[];
  @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) connectionId?: string[];
  /** Id of a channel or person, or its name. */
  @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) destination?: string[];
  @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) issueId?: string[];
  @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) workflowId?: string[];
  @IsOptional() @Several() @IsArray() @IsIn(DELIVERY_SOURCES, { each: true }) source?: DeliverySource['kind'][];
  /** Why it was not posted: the code of its error. */
  @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) code?: string[];
  /** What was folded into this digest. */
  @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) digestId?: string[];
  /** What was sent again of this delivery. */
  @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) replayOf?: string[];
  /** Whether it was sent again, by itself or with the digest that told it: what failed and was sent again is dealt with. */
  @IsOptional() @IsIn(['true', 'false']) replayed?: 'true' | 'false';
  @IsOptional() @IsTime() after?: string;
  @IsOptional() @IsTime() before?: string;
  /** Only what has been since this moment what it is now: what has ended had ended before, what is under way had been accepted before. */
  @IsOptional() @IsTime() changedBefore?: string;
  /** Ids of deliveries that are left out. */
  @IsOptional() @Several() @IsArray() @ArrayMaxSize(200) @IsString({ each: true }) @MaxLength(128, { each: true }) exceptIds?: string[];
  /** Part of an issue's title, a comment or a destination's name, or the delivery's id. */
  @IsOptional() @IsString() @MaxLength(200) q?: string;
}

/** Which deliveries are meant. */
export class DeliveryCriteria extends DeliveryTraits {
  @IsOptional() @Several() @IsArray() @IsIn(DELIVERY_STATES, { each: true }) state?: DeliveryState[];
}

/** Which deliveries something is done to. Whoever means every one of them, or all but some, says so: a filter that was left empty by mistake must not. */
export class BulkFilter extends DeliveryCriteria {
  @IsOptional() @IsIn([true]) all?: true;
}

/** Of the deliveries that match, how many are in each state. */
export class DeliveryCounts {
  @IsObject() byState!: Record<DeliveryState, number>;
  /** When they were counted, by the clock that `changedBefore` goes by: with it in their filter, what is done later is done to these. */
  @IsTime() at!: string;
}

/** How many of the deliveries of one reason were for a destination. */
export class ReasonDestination {
  @IsString() connectionId!: string;
  @IsDefined() @IsPart(() => DeliveryDestination) destination!: DeliveryDestination;
  @IsInt() count!: number;
}

/** Deliveries that ended without being posted, for one reason. */
export class DeliveryReason {
  @IsIn(DELIVERY_STATES) state!: DeliveryState;
  @IsString() code!: string;
  /** Of the latest of them. */
  @IsString() message!: string;
  /** Different messages that the others have. */
  @IsInt() otherMessages!: number;
  @IsString() remedy!: string;
  @IsInt() count!: number;
  @IsTime() lastAt!: string;
  /** The most frequent ones, at most three. */
  @IsArray() @IsParts(() => ReasonDestination) destinations!: ReasonDestination[];
  /** Destinations beside these. */
  @IsInt() otherDestinations!: number;
}

export class DeliveryReasons {
  @IsArray() @IsParts(() => DeliveryReason) items!: DeliveryReason[];
}

/** A message as Slack was given it. */
export class SlackContent {
  @IsString() text!: string;
  @IsArray() blocks!: object[];
  @IsArray() attachments!: object[];
  /** Slack refused the blocks, so it went as its text alone. */
  @IsOptional() @IsBoolean() plainText?: boolean;
}

/** Why a posted message shows less than is known of its issue: it will be brought up to date; could not be; another message took its place, or did so after this one was gone from Slack. */
export const BEHIND = ['waits', 'left', 'replaced', 'gone'] as const;
export type Behind = (typeof BEHIND)[number];

/** The message of a delivery, exactly as it is or would be posted: of one that was posted, as it was at first. */
export class DeliveryMessage extends SlackContent {
  /** What stands in Slack now, exactly as the last edit wrote it. Left out where the message was never edited, and where what an edit wrote is not kept. */
  @IsOptional() @IsPart(() => SlackContent) inSlack?: SlackContent;
  /** When the message was last brought up to date. */
  @IsOptional() @IsTime() editedAt?: string;
  @IsOptional() @IsIn(BEHIND) behind?: Behind;
  /** Of a delivery that is unconfirmed: what would have been posted, and Slack may have. */
  @IsOptional() @IsPart(() => SlackContent) attempted?: SlackContent;
}

/** Body of `POST /v1/deliveries/cancel`. */
export class CancelDeliveries {
  @IsDefined() @IsPart(() => BulkFilter) filter!: BulkFilter;
}

export class CancelledDeliveries {
  @IsInt() cancelled!: number;
}

/** Body of `POST /v1/deliveries/{id}/replay`. */
export class ReplayDelivery {
  /** Somewhere else than the first time. */
  @IsOptional() @IsDestination() destination?: Destination;
  @IsOptional() @IsString() @MaxLength(2000) reason?: string;
  /** Sends again what was posted already, by itself or by a replay. */
  @IsOptional() @IsBoolean() force?: boolean;
}

export class AcceptedReplay {
  @IsString() deliveryId!: string;
  @IsString() replayOf!: string;
}

/** Body of `POST /v1/deliveries/replay`. */
export class ReplayDeliveries extends ReplayDelivery {
  @IsDefined() @IsPart(() => BulkFilter) filter!: BulkFilter;
}

export class AcceptedReplays {
  @IsString() replayId!: string;
  /** How many deliveries the filter names at this moment. */
  @IsInt() matched!: number;
}

/** How far a replay of many has come. */
export class ReplayProgress {
  @IsIn(['running', 'done']) state!: 'running' | 'done';
  @IsInt() matched!: number;
  @IsInt() done!: number;
  /** Under way, posted already by itself or by a replay of it or of its digest, or told by a digest or a later replay that is replayed as well. */
  @IsInt() skipped!: number;
}

/** Body of `POST /v1/deliveries/{id}/retract`, which takes back what was answered in the thread as well. */
export class RetractDelivery {
  @IsOptional() @IsString() @MaxLength(2000) reason?: string;
}

/** Body of `POST /v1/deliveries/pause` and `/resume`: one workflow's messages, or everything of the organization. */
export class PauseScope {
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(128) workflowId?: string;
}

export class Pause {
  /** Left out = everything of the organization. */
  @IsOptional() @IsString() workflowId?: string;
  @IsTime() pausedAt!: string;
  @IsString() pausedBy!: string;
  /** Deliveries that it holds. */
  @IsInt() waiting!: number;
}

export class Pauses {
  @IsArray() @IsParts(() => Pause) items!: Pause[];
}

export class PausedDeliveries {
  @IsBoolean() paused!: boolean;
  /** Deliveries that are held now. */
  @IsInt() waiting!: number;
}

export class ResumedDeliveries {
  @IsBoolean() resumed!: boolean;
  /** Deliveries that go on. */
  @IsInt() waiting!: number;
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
  @IsDefined() @IsPart(() => LeakGuardPassage) public!: LeakGuardPassage;
  @IsDefined() @IsPart(() => LeakGuardPassage) shared!: LeakGuardPassage;
}

/** An organization's settings for deliveries. */
export class DeliverySettings {
  @IsDefined() @IsPart(() => UnconfirmedPolicies) unconfirmed!: UnconfirmedPolicies;
  @IsDefined() @IsPart(() => LeakGuard) leakGuard!: LeakGuard;
  /** Days that a settled delivery can be looked up; its count stays for ever. */
  @IsInt() @Min(1) @Max(3650) retentionDays!: number;
}
