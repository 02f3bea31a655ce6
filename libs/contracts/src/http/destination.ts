import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString } from 'class-validator';

import { IsPart, IsParts, IsTime } from '../decorators.js';
import { DestinationHealth } from '../messages/destination-changed.js';

/** One row of the picker. */
export class DestinationView {
  @IsString() id!: string;
  @IsIn(['channel', 'user']) kind!: 'channel' | 'user';
  @IsString() name!: string;
  @IsOptional() @IsString() email?: string;
  @IsBoolean() isPrivate!: boolean;
  @IsBoolean() isShared!: boolean;
  @IsBoolean() isArchived!: boolean;
  @IsBoolean() isMember!: boolean;
  @IsBoolean() canPost!: boolean;
  @IsOptional() @IsString() hint?: string;
}

export class DestinationList {
  @IsArray() @IsParts(() => DestinationView) items!: DestinationView[];
  @IsBoolean() complete!: boolean;
  @IsOptional() @IsTime() syncedAt?: string;
  @IsOptional() @IsString() reason?: string;
}

export class DirectoryProgress {
  /** What the copy holds. */
  @IsInt() have!: number;
  /** How many there were when the list was last read to its end. */
  @IsOptional() @IsInt() estimated?: number;
  /** How many the sync under way has read so far. */
  @IsOptional() @IsInt() read?: number;
  @IsBoolean() complete!: boolean;
  @IsOptional() @IsTime() syncedAt?: string;
}

export class DirectoryStatus {
  @IsIn(['idle', 'syncing', 'paused', 'failed']) state!: 'idle' | 'syncing' | 'paused' | 'failed';
  @IsPart(() => DirectoryProgress) channels!: DirectoryProgress;
  @IsPart(() => DirectoryProgress) people!: DirectoryProgress;
  @IsOptional() @IsString() reason?: string;
  @IsOptional() @IsTime() resumesAt?: string;
  /** When it is read again though nobody asks for it. */
  @IsOptional() @IsTime() nextSyncAt?: string;
}

/** A channel or person that messages of a connection go to. */
export class UsedDestinationView {
  @IsString() id!: string;
  @IsIn(['channel', 'user']) kind!: 'channel' | 'user';
  /** `#name` or `@name`; missing while nobody has told it. */
  @IsOptional() @IsString() name?: string;
  @IsPart(() => DestinationHealth) health!: DestinationHealth;
  @IsOptional() @IsTime() lastPostedAt?: string;
  /** Messages in its line: a digest is one, and those that a pause of their workflow holds are not in it. */
  @IsInt() waiting!: number;
}
