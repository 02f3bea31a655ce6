import { IsDefined, IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

import { IsPart, IsTime } from '../decorators.js';

export const CHANNEL_NEWS = ['created', 'renamed', 'archived', 'unarchived', 'deleted', 'shared', 'unshared', 'id_changed', 'joined', 'left'] as const;
export type ChannelNews = (typeof CHANNEL_NEWS)[number];

export class ReportedChannel {
  @IsString() @IsNotEmpty() @MaxLength(32) id!: string;
  /** The name it has now, where Slack says it. */
  @IsOptional() @IsString() @MaxLength(200) name?: string;
}

/** `channel.reported.v1`: one of Slack's signed events tells of a channel; said once for each connection of the workspace. */
export class ChannelReported {
  @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @IsString() @IsNotEmpty() @MaxLength(128) connectionId!: string;
  @IsDefined() @IsPart(() => ReportedChannel) channel!: ReportedChannel;
  /** `joined` and `left` are what our app did. */
  @IsIn(CHANNEL_NEWS) news!: ChannelNews;
  /** With `id_changed`: the id that the channel has from now on. */
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(32) newId?: string;
  /** When it happened, by Slack's clock. */
  @IsTime() at!: string;
}
