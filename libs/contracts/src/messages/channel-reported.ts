import { IsDefined, IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

import { IsPart, IsTime } from '../decorators.js';
import { Field } from '../field.js';

const CHANNEL_NEWS = ['created', 'renamed', 'archived', 'unarchived', 'deleted', 'shared', 'unshared', 'id_changed', 'joined', 'left'] as const;
export type ChannelNews = (typeof CHANNEL_NEWS)[number];

export class ReportedChannel {
  @Field('Slack’s id of the channel.') @IsString() @IsNotEmpty() @MaxLength(32) id!: string;
  @Field('The name that it has now, without `#`; left out where Slack does not say it.') @IsOptional() @IsString() @MaxLength(200) name?: string;
}

/** `channel.reported.v1`: one of Slack's signed events tells of a channel; said once for each connection of the workspace. */
export class ChannelReported {
  @Field('The organization that it is about.') @IsString() @IsNotEmpty() @MaxLength(128) organizationId!: string;
  @Field('Id of the connection whose workspace it is.') @IsString() @IsNotEmpty() @MaxLength(128) connectionId!: string;
  @Field('The channel.') @IsDefined() @IsPart(() => ReportedChannel) channel!: ReportedChannel;
  @Field('What happened to it; `joined` and `left` are what our app did.') @IsIn(CHANNEL_NEWS) news!: ChannelNews;
  @Field('With `id_changed`: the id that the channel has from now on. Otherwise left out.') @IsOptional() @IsString() @IsNotEmpty() @MaxLength(32) newId?: string;
  @Field('When it happened, by Slack’s clock.') @IsTime() at!: string;
}
