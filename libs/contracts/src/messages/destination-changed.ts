import { IsDefined, IsIn, IsNotEmpty, IsOptional, IsString } from 'class-validator';

import { DESTINATION_CHANGES, type DestinationChange } from '@tocsin/domain';

import { IsPart, IsTime } from '../decorators.js';
import { Field } from '../field.js';

export class ChangedDestination {
  @Field('Slack’s id of the channel or person, from now on.') @IsString() @IsNotEmpty() id!: string;
  @Field('Whether it is a channel or a person.') @IsIn(['channel', 'user']) kind!: 'channel' | 'user';
  @Field('`#name` or `@name`; left out while nobody has told it.') @IsOptional() @IsString() name?: string;
}

export class DestinationHealth {
  @Field('`needs_attention`: messages cannot go there.') @IsIn(['healthy', 'needs_attention']) state!: 'healthy' | 'needs_attention';
  @Field('What is wrong, in a sentence; left out when nothing is.') @IsOptional() @IsString() reason?: string;
  @Field('What to do, in a sentence; left out when nothing is wrong.') @IsOptional() @IsString() remedy?: string;
  @Field('When this state or its reason began.') @IsTime() since!: string;
}

/** `destination.changed.v1`: something about a channel or person that messages go to, as it is from now on. */
export class DestinationChanged {
  @Field('The organization that it is about.') @IsString() @IsNotEmpty() organizationId!: string;
  @Field('Id of the connection whose workspace it is in.') @IsString() @IsNotEmpty() connectionId!: string;
  @Field('The channel or person, as it is from now on.') @IsDefined() @IsPart(() => ChangedDestination) destination!: ChangedDestination;
  @Field('What happened to it; `recovered` ends `archived` and `lost`.') @IsIn(DESTINATION_CHANGES) change!: DestinationChange;
  @Field('Whether messages can go there from now on.') @IsDefined() @IsPart(() => DestinationHealth) health!: DestinationHealth;
  @Field('With `id_changed`: the id that it had. Otherwise left out.') @IsOptional() @IsString() previousId?: string;
  @Field('When it was found out.') @IsTime() at!: string;
}
