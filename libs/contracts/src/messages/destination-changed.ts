import { IsDefined, IsIn, IsNotEmpty, IsOptional, IsString } from 'class-validator';

import { DESTINATION_CHANGES, type DestinationChange } from '@tocsin/domain';

import { IsPart, IsTime } from '../decorators.js';

export class ChangedDestination {
  @IsString() @IsNotEmpty() id!: string;
  @IsIn(['channel', 'user']) kind!: 'channel' | 'user';
  @IsOptional() @IsString() name?: string;
}

export class DestinationHealth {
  @IsIn(['healthy', 'needs_attention']) state!: 'healthy' | 'needs_attention';
  @IsOptional() @IsString() reason?: string;
  @IsOptional() @IsString() remedy?: string;
  @IsTime() since!: string;
}

/** `destination.changed.v1`: something about a channel or person that messages go to, as it is from now on. */
export class DestinationChanged {
  @IsString() @IsNotEmpty() organizationId!: string;
  @IsString() @IsNotEmpty() connectionId!: string;
  @IsDefined() @IsPart(() => ChangedDestination) destination!: ChangedDestination;
  /** `recovered` ends `archived` and `lost`. */
  @IsIn(DESTINATION_CHANGES) change!: DestinationChange;
  @IsDefined() @IsPart(() => DestinationHealth) health!: DestinationHealth;
  /** With `id_changed`: the id that it had. */
  @IsOptional() @IsString() previousId?: string;
  @IsTime() at!: string;
}
