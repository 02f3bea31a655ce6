import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString } from 'class-validator';

import { IsPart, IsParts, IsTime } from '../decorators.js';
import { Field } from '../field.js';
import { DestinationHealth } from '../messages/destination-changed.js';

/** One row of the picker. */
export class DestinationView {
  @Field('Slack’s id of the channel or person, to be given as `destination.id`.') @IsString() id!: string;
  @Field('Whether it is a channel or a person.') @IsIn(['channel', 'user']) kind!: 'channel' | 'user';
  @Field('Name without `#` or `@`: of a channel its name, of a person the display name.') @IsString() name!: string;
  @Field('E-mail address of a person; left out of channels, and of people without one that Slack tells.') @IsOptional() @IsString() email?: string;
  @Field('Whether only members can read it; true of every person.') @IsBoolean() isPrivate!: boolean;
  @Field('Whether the channel is shared with another company.') @IsBoolean() isShared!: boolean;
  @Field('Whether the channel is archived; such channels come last.') @IsBoolean() isArchived!: boolean;
  @Field('Whether the app is in the channel; true of every person.') @IsBoolean() isMember!: boolean;
  @Field('Whether the app can post there now.') @IsBoolean() canPost!: boolean;
  @Field('What to do so that the app can post there, or what to bear in mind, in a sentence; left out when there is nothing.') @IsOptional() @IsString() hint?: string;
}

export class DestinationList {
  @Field('What was found, the best first, at most `limit`.') @IsArray() @IsParts(() => DestinationView) items!: DestinationView[];
  @Field('Whether our copy of the workspace is whole: what it does not show does not exist.') @IsBoolean() complete!: boolean;
  @Field('When Slack’s list was last read to its end, of several lists the oldest; left out when `complete` is false.') @IsOptional() @IsTime() syncedAt?: string;
  @Field('Why something may be missing, in a sentence; left out when there is nothing to say.') @IsOptional() @IsString() reason?: string;
}

export class DirectoryProgress {
  @Field('How many the copy holds.') @IsInt() have!: number;
  @Field('How many there were when the list was last read to its end; left out when it never was.') @IsOptional() @IsInt() estimated?: number;
  @Field('How many the sync under way has read so far; left out when none is.') @IsOptional() @IsInt() read?: number;
  @Field('Whether the list has been read to its end since the workspace was connected.') @IsBoolean() complete!: boolean;
  @Field('When the list was last read to its end; left out when it never was.') @IsOptional() @IsTime() syncedAt?: string;
}

export class DirectoryStatus {
  @Field('`idle`: nothing to do; `syncing`: Slack’s lists are being read; `paused`: it goes on by itself, for example when Slack’s limits let it; `failed`: it does not go on by itself, `reason` says why.')
  @IsIn(['idle', 'syncing', 'paused', 'failed']) state!: 'idle' | 'syncing' | 'paused' | 'failed';
  @Field('How far the copy of its channels is.') @IsPart(() => DirectoryProgress) channels!: DirectoryProgress;
  @Field('How far the copy of its people is.') @IsPart(() => DirectoryProgress) people!: DirectoryProgress;
  @Field('Why it pauses or failed, in a sentence; left out otherwise.') @IsOptional() @IsString() reason?: string;
  @Field('When it goes on; only in the state `paused`, where that is known.') @IsOptional() @IsTime() resumesAt?: string;
  @Field('When it is read again though nobody asks for it; only in the state `idle`.') @IsOptional() @IsTime() nextSyncAt?: string;
}

/** A channel or person that messages of a connection go to. */
export class UsedDestinationView {
  @Field('Slack’s id of the channel or person.') @IsString() id!: string;
  @Field('Whether it is a channel or a person.') @IsIn(['channel', 'user']) kind!: 'channel' | 'user';
  @Field('`#name` or `@name`; left out while nobody has told it.') @IsOptional() @IsString() name?: string;
  @Field('Whether messages can go there, and if not why and what to do.') @IsPart(() => DestinationHealth) health!: DestinationHealth;
  @Field('When a message was last posted there; left out when none was of late.') @IsOptional() @IsTime() lastPostedAt?: string;
  @Field('Messages in its lane: a digest is one, and those that a pause of their workflow holds are not in it.') @IsInt() waiting!: number;
}
