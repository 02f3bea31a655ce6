import { IsBoolean, IsInt, IsNotEmpty, IsOptional, IsString } from 'class-validator';

import { Field } from '../field.js';
import { Connection } from '../http/connection.js';

/** `connection.changed.v1`: the connection as it is now, or that it is gone. */
export class ConnectionChanged extends Connection {
  @Field('The organization that it belongs to.') @IsString() @IsNotEmpty() organizationId!: string;
  @Field('Grows with every credential: a verdict on an older one says nothing of the present one.') @IsInt() credentialVersion!: number;
  @Field('True when it was disconnected; otherwise left out.') @IsOptional() @IsBoolean() disconnected?: boolean;
}
