import { IsBoolean, IsInt, IsNotEmpty, IsOptional, IsString } from 'class-validator';

import { Connection } from '../http/connection.js';

/** `connection.changed.v1`: the connection as it is now, or that it is gone. */
export class ConnectionChanged extends Connection {
  @IsString() @IsNotEmpty() organizationId!: string;
  /** Grows with every credential: a verdict on an older one says nothing of the present one. */
  @IsInt() credentialVersion!: number;
  @IsOptional() @IsBoolean() disconnected?: boolean;
}
