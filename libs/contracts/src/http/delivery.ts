import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsDefined, IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

import { CATEGORIES, DELIVERY_SOURCES, DELIVERY_STATES, SEVERITIES, type Category, type DeliveryError, type DeliverySource, type DeliveryState, type Destination, type LeakGuardRule, type Passage, type Severity, type UnconfirmedPolicy } from '@tocsin/domain';

import { IsDeliverySource, IsDestination, IsPart, IsParts, IsTime } from '../decorators.js';
import { Field } from '../field.js';

export class DeliveryDestination {
  @Field('Slack’s id of the channel or person; left out until the name or e-mail address that it was given by was looked up.') @IsOptional() @IsString() id?: string;
  @Field('Left out as long as `id` is.') @IsOptional() @IsIn(['channel', 'user']) kind?: 'channel' | 'user';
  @Field('`#name` of a channel or `@name` of a person as it is now; as long as that is not known, the name or e-mail address that it was given by.') @IsOptional() @IsString() name?: string;
}

export class WaitingFor {
  @Field('What it waits for, as the end of a sentence: its turn, Slack’s limits, a pause, a lost workspace.') @IsString() reason!: string;
  @Field('When it goes on, as far as that is known.') @IsOptional() @IsTime() until?: string;
}

export class DeliveryErrorView implements DeliveryError {
  @Field('Why, as a word for programs: a code of Slack’s, such as `is_archived`, or one of ours, such as `leak_guard`, `cancelled`, `expired` or `retracted`.') @IsString() code!: string;
  @Field('Why, in a sentence.') @IsString() message!: string;
  @Field('What to do, in a sentence.') @IsString() remedy!: string;
}

export class SlackMessageRef {
  @Field('Slack’s id of the conversation that the message is in.') @IsString() channel!: string;
  @Field('Slack’s id of the message in it, such as `1764230400.123456`.') @IsString() ts!: string;
  @Field('Link to the message in Slack.') @IsString() permalink!: string;
}

export class TimelineEntry {
  @Field('When it happened.') @IsTime() at!: string;
  @Field('What happened, as a word for programs, such as `accepted`, `attempt`, `posted`, `paused`, `replayed` or `retracted`; there may be new ones at any time.') @IsString() kind!: string;
  @Field('What happened, in words for people.') @IsString() text!: string;
  @Field('What Slack answered: `channel` and `ts` of what was posted, `error` and `details` of a refusal. Left out where Slack was not asked.') @IsOptional() @IsObject() slack?: object;
}

/** The life of one command, as the API and `delivery.settled.v1` show it. */
export class Delivery {
  @Field('Id of the delivery: that of its command.') @IsString() id!: string;
  @Field('`accepted`, `waiting` and `posting` are under way. `posted`: Slack has it. `failed`: Slack refused it for good. `dead`: we gave up. `suppressed`: not sent on purpose, or taken back. `unconfirmed`: Slack may have it, and a person decides.')
  @IsIn(DELIVERY_STATES) state!: DeliveryState;
  @Field('Grows with every change of the delivery: of two views, the one with the greater number is newer.') @IsInt() version!: number;
  @Field('The organization that it belongs to.') @IsString() @IsNotEmpty() organizationId!: string;
  @Field('Id of the connection that it goes through.') @IsString() connectionId!: string;
  @Field('Where it goes.') @IsDefined() @IsPart(() => DeliveryDestination) destination!: DeliveryDestination;
  @Field('Ids of the issues that it tells, at most 100.') @IsArray() @IsString({ each: true }) issueIds!: string[];
  @Field('How many issues it tells, also where there are more than `issueIds` holds.') @IsInt() issueCount!: number;
  @Field('Title of its one issue or its digest, for people who look for it in a list; left out where it tells none.') @IsOptional() @IsString() title?: string;
  @Field('0 to 9; in one destination smaller goes first: 0 by hand, 2 critical, 5 other messages of workflows, 7 digests, 9 back-fill.') @IsInt() priority!: number;
  @Field('Requests to Slack that count as attempts. Waiting for Slack’s limits, for the network or for new credentials is none.') @IsInt() attempts!: number;
  @Field('Who caused it.') @IsDeliverySource() source!: DeliverySource;
  @Field('Why it waits; only in the state `waiting`, where that is known.') @IsOptional() @IsPart(() => WaitingFor) waitingFor?: WaitingFor;
  @Field('Id of the digest’s delivery that tells it; left out when it is told by itself.') @IsOptional() @IsString() digestId?: string;
  @Field('Id of the delivery that it sends again; left out when it repeats none.') @IsOptional() @IsString() replayOf?: string;
  @Field('Why it was not posted, or is not in Slack any more, and what to do; left out when nothing is wrong.') @IsOptional() @IsPart(() => DeliveryErrorView) error?: DeliveryErrorView;
  @Field('The message in Slack, that of its digest where one told it; left out while there is none.') @IsOptional() @IsPart(() => SlackMessageRef) slack?: SlackMessageRef;
  @Field('When its command was accepted.') @IsTime() createdAt!: string;
  @Field('When it reached the state that it has; left out while it is under way.') @IsOptional() @IsTime() settledAt?: string;
  @Field('All that happened to it, oldest first; only where one delivery is asked for.') @IsOptional() @IsArray() @IsParts(() => TimelineEntry) timeline?: TimelineEntry[];
}

/** `accepted` is counted when commands are recorded, not summed from the rows: `balanced` can fail. */
export class DeliverySummary {
  @Field('Commands of the organization, to operators of all, that were accepted since it began; counted when they were, not summed from the states.') @IsInt() accepted!: number;
  @Field('Of these, how many their sender has committed and notifier has not recorded yet; they are in the state `accepted`.') @IsInt() inTransit!: number;
  @Field('How many deliveries are in each of the eight states, those that are not kept any more included: name of the state → count.') @IsObject() byState!: Record<DeliveryState, number>;
  @Field('Whether `accepted` is the sum over `byState`: nothing was lost.') @IsBoolean() balanced!: boolean;
  @Field('What could not be counted, and why; left out when everything was.') @IsOptional() @IsString() incomplete?: string;
}

/** Several values of one name, as a list or in one text with commas. */
function Several(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (value === undefined || value === null ? value : ([] as unknown[]).concat(value).flatMap((item) => (typeof item === 'string' ? item.split(',').map((part) => part.trim()) : [item]))));
}

/** Which deliveries are meant, whatever their state. Several values of one name are alternatives; different names all have to hold. */
export class DeliveryTraits {
  @Field('Ids of deliveries.') @IsOptional() @Several() @IsArray() @ArrayMaxSize(200) @IsString({ each: true }) id?: string[];
  @Field('Ids of connections.') @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) connectionId?: string[];
  @Field('Slack ids or names of channels or people, such as `C0123456789` or `#sec-alerts`.') @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) destination?: string[];
  @Field('Ids of issues: deliveries that tell one of them.') @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) issueId?: string[];
  @Field('Ids of workflows.') @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) workflowId?: string[];
  @Field('What caused it.') @IsOptional() @Several() @IsArray() @IsIn(DELIVERY_SOURCES, { each: true }) source?: DeliverySource['kind'][];
  @Field('Why it was not posted: codes of errors, such as `is_archived`.') @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) code?: string[];
  @Field('Ids of digests’ deliveries: what they tell.') @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) digestId?: string[];
  @Field('Ids of deliveries: what was sent again of them.') @IsOptional() @Several() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) replayOf?: string[];
  @Field('`true`: only what was sent again, by itself or with the digest that told it; `false`: only what was not. What failed and was sent again is dealt with.')
  @IsOptional() @IsIn(['true', 'false']) replayed?: 'true' | 'false';
  @Field('Only what was accepted after this moment.') @IsOptional() @IsTime() after?: string;
  @Field('Only what was accepted before this moment.') @IsOptional() @IsTime() before?: string;
  @Field('Only what has been since this moment what it is now: what has ended had ended before, what is under way had been accepted before. `at` of `GET /v1/deliveries/counts` is such a moment.')
  @IsOptional() @IsTime() changedBefore?: string;
  @Field('Ids of deliveries that are left out.') @IsOptional() @Several() @IsArray() @ArrayMaxSize(200) @IsString({ each: true }) @MaxLength(128, { each: true }) exceptIds?: string[];
  @Field('Part of an issue’s title, of a comment or of the name that the destination was given by, or the id of a delivery; case does not matter.')
  @IsOptional() @IsString() @MaxLength(200) q?: string;
}

/** Which deliveries are meant. */
export class DeliveryCriteria extends DeliveryTraits {
  @Field('The states that it may be in.') @IsOptional() @Several() @IsArray() @IsIn(DELIVERY_STATES, { each: true }) state?: DeliveryState[];
}

/** Which deliveries something is done to. Whoever means every one of them, or all but some, says so: a filter that was left empty by mistake must not. */
export class BulkFilter extends DeliveryCriteria {
  @Field('`true` when every delivery is meant, or all but `exceptIds`; without it, something else than `exceptIds` has to be named.') @IsOptional() @IsIn([true]) all?: true;
}

/** Of the deliveries that match, how many are in each state. */
export class DeliveryCounts {
  @Field('How many of the deliveries that match are in each of the eight states: name of the state → count.') @IsObject() byState!: Record<DeliveryState, number>;
  @Field('When they were counted, by the clock that `changedBefore` goes by: with it in their filter, what is done later is done to these.') @IsTime() at!: string;
}

/** How many of the deliveries of one reason were for a destination. */
export class ReasonDestination {
  @Field('Id of the connection.') @IsString() connectionId!: string;
  @Field('The channel or person.') @IsDefined() @IsPart(() => DeliveryDestination) destination!: DeliveryDestination;
  @Field('How many of the deliveries were for it.') @IsInt() count!: number;
}

/** Deliveries that ended without being posted, for one reason. */
export class DeliveryReason {
  @Field('`failed`, `dead`, `suppressed` or `unconfirmed`.') @IsIn(DELIVERY_STATES) state!: DeliveryState;
  @Field('Why, as a word for programs, such as `is_archived`.') @IsString() code!: string;
  @Field('Why, in a sentence: that of the latest of them.') @IsString() message!: string;
  @Field('How many different sentences the others have.') @IsInt() otherMessages!: number;
  @Field('What to do, in a sentence: that of the latest of them.') @IsString() remedy!: string;
  @Field('How many deliveries there are.') @IsInt() count!: number;
  @Field('When the latest of them ended.') @IsTime() lastAt!: string;
  @Field('The destinations that most of them were for, at most three.') @IsArray() @IsParts(() => ReasonDestination) destinations!: ReasonDestination[];
  @Field('How many destinations there are beside these.') @IsInt() otherDestinations!: number;
}

export class DeliveryReasons {
  @Field('One for each state and code, the latest first, at most 100.') @IsArray() @IsParts(() => DeliveryReason) items!: DeliveryReason[];
}

/** A message as Slack was given it. */
export class SlackContent {
  @Field('The message as plain text: what notifications show, and where `plainText` is true all that was sent.') @IsString() text!: string;
  @Field('Slack’s Block Kit blocks, such as the comment; empty where it went as plain text.') @IsArray() blocks!: object[];
  @Field('Slack’s attachments: the coloured card of an issue; may be empty.') @IsArray() attachments!: object[];
  @Field('True when Slack refused the blocks, so that it went as its text alone; otherwise left out.') @IsOptional() @IsBoolean() plainText?: boolean;
}

/** Why a posted message shows less than is known of its issue: it will be brought up to date; could not be; another message took its place, or did so after this one was gone from Slack. */
export const BEHIND = ['waits', 'left', 'replaced', 'gone'] as const;
export type Behind = (typeof BEHIND)[number];

/** The message of a delivery, exactly as it is or would be posted: of one that was posted, as it was at first. */
export class DeliveryMessage extends SlackContent {
  @Field('What stands in Slack now, exactly as the last edit wrote it. Left out where the message was never edited, and where what an edit wrote is not kept.')
  @IsOptional() @IsPart(() => SlackContent) inSlack?: SlackContent;
  @Field('When the message was last brought up to date; left out when it never was.') @IsOptional() @IsTime() editedAt?: string;
  @Field('Why it shows less than is known of its issue: `waits` = it will be brought up to date; `left` = it could not be; `replaced` = another message took its place; `gone` = another one did after this one was gone from Slack. Left out when it does not.')
  @IsOptional() @IsIn(BEHIND) behind?: Behind;
  @Field('Of a delivery that is unconfirmed: what would have been posted, and Slack may have. Otherwise left out.') @IsOptional() @IsPart(() => SlackContent) attempted?: SlackContent;
}

/** Body of `POST /v1/deliveries/cancel`. */
export class CancelDeliveries {
  @Field('Which deliveries; of those that match, those that wait are cancelled.') @IsDefined() @IsPart(() => BulkFilter) filter!: BulkFilter;
}

export class CancelledDeliveries {
  @Field('How many deliveries were cancelled, with what the cancelled digests would have told.') @IsInt() cancelled!: number;
}

/** Body of `POST /v1/deliveries/{id}/replay`. */
export class ReplayDelivery {
  @Field('Where to send it this time; left out = where it went the first time.') @IsOptional() @IsDestination() destination?: Destination;
  @Field('Why, for the timeline and the audit log.') @IsOptional() @IsString() @MaxLength(2000) reason?: string;
  @Field('True sends again also what was posted already, by itself or by a replay; left out = that is not done.') @IsOptional() @IsBoolean() force?: boolean;
}

export class AcceptedReplay {
  @Field('Id of the new delivery.') @IsString() deliveryId!: string;
  @Field('Id of the delivery that it sends again.') @IsString() replayOf!: string;
  @Field('Of a digest: how many of its messages were replayed by themselves before, and are told by it once more. Otherwise left out.') @IsOptional() @IsInt() toldAgain?: number;
}

/** Body of `POST /v1/deliveries/replay`. */
export class ReplayDeliveries extends ReplayDelivery {
  @Field('Which deliveries; what matches at this moment is what will be sent again.') @IsDefined() @IsPart(() => BulkFilter) filter!: BulkFilter;
}

export class AcceptedReplays {
  @Field('Id of the replay, for `GET /v1/deliveries/replays/{id}`.') @IsString() replayId!: string;
  @Field('How many deliveries the filter names at this moment.') @IsInt() matched!: number;
}

/** How far a replay of many has come. */
export class ReplayProgress {
  @Field('`running` until every delivery was looked at.') @IsIn(['running', 'done']) state!: 'running' | 'done';
  @Field('How many deliveries the filter named.') @IsInt() matched!: number;
  @Field('How many of them were sent again as new deliveries.') @IsInt() done!: number;
  @Field('How many were not: under way, posted already by itself or by a replay of it or of its digest, or told by a digest or a later replay that is replayed as well.') @IsInt() skipped!: number;
}

/** Body of `POST /v1/deliveries/{id}/retract`, which takes back what was answered in the thread as well. */
export class RetractDelivery {
  @Field('Why, for the timeline and the audit log.') @IsOptional() @IsString() @MaxLength(2000) reason?: string;
}

/** Body of `POST /v1/deliveries/pause` and `/resume`: one workflow's messages, or everything of the organization. */
export class PauseScope {
  @Field('The workflow whose messages are meant; left out = everything of the organization.') @IsOptional() @IsString() @IsNotEmpty() @MaxLength(128) workflowId?: string;
}

export class Pause {
  @Field('The workflow whose messages are paused; left out = everything of the organization.') @IsOptional() @IsString() workflowId?: string;
  @Field('When it was paused.') @IsTime() pausedAt!: string;
  @Field('Who paused it: the user or API key.') @IsString() pausedBy!: string;
  @Field('How many deliveries it holds.') @IsInt() waiting!: number;
}

export class Pauses {
  @Field('Every pause of the organization, that of everything first; empty when nothing is paused.') @IsArray() @IsParts(() => Pause) items!: Pause[];
}

export class PausedDeliveries {
  @Field('Always true.') @IsBoolean() paused!: boolean;
  @Field('How many deliveries are held now.') @IsInt() waiting!: number;
}

export class ResumedDeliveries {
  @Field('Always true.') @IsBoolean() resumed!: boolean;
  @Field('How many deliveries go on.') @IsInt() waiting!: number;
}

export class AcceptedDelivery {
  @Field('Id of the delivery, for `GET /v1/deliveries/{id}`, which knows it from now on.') @IsString() deliveryId!: string;
}

export class CreateTestMessage {
  @Field('Where the test message goes.') @IsDestination() destination!: Destination;
}

/** What to do when Slack may have a message: send it again, or leave it to a person. */
export class UnconfirmedPolicies {
  @Field('When Slack’s answer to the message of a workflow is lost: `resend` sends it again, saying that it may be a repetition; `hold` leaves it `unconfirmed` for a person to decide.')
  @IsIn(['resend', 'hold']) workflow!: UnconfirmedPolicy;
  @Field('The same for what people send by hand.') @IsIn(['resend', 'hold']) manual!: UnconfirmedPolicy;
}

/** Severities and categories that may pass; an issue passes when both are named. */
export class LeakGuardPassage implements Passage {
  @Field('The severities that may be told there.') @IsArray() @ArrayMaxSize(SEVERITIES.length) @IsIn(SEVERITIES, { each: true }) severities!: Severity[];
  @Field('The categories that may be told there; `unknown` is one of them.') @IsArray() @ArrayMaxSize(CATEGORIES.length) @IsIn(CATEGORIES, { each: true }) categories!: Category[];
}

export class LeakGuard implements LeakGuardRule {
  @Field('What may be told in channels that everybody in the workspace can read: an issue whose severity and category are both named.')
  @IsDefined() @IsPart(() => LeakGuardPassage) public!: LeakGuardPassage;
  @Field('The same for channels that are shared with another company.') @IsDefined() @IsPart(() => LeakGuardPassage) shared!: LeakGuardPassage;
}

/** An organization's settings for deliveries. */
export class DeliverySettings {
  @Field('What becomes of a message when Slack may have it.') @IsDefined() @IsPart(() => UnconfirmedPolicies) unconfirmed!: UnconfirmedPolicies;
  @Field('Which issues may be told in channels that many can read; kept for every message from wherever.') @IsDefined() @IsPart(() => LeakGuard) leakGuard!: LeakGuard;
  @Field('Days that a delivery can be looked up after its end; its count stays for ever.') @IsInt() @Min(1) @Max(3650) retentionDays!: number;
}
