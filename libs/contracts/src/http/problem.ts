import { IsArray, IsInt, IsOptional, IsString } from 'class-validator';

import { IsPart, IsParts } from '../decorators.js';
import { ConnectivityCheckView } from './connection.js';
import { Receipt } from './issues.js';

export class ProblemPlace {
  /** JSON pointer into the body. */
  @IsOptional() @IsString() pointer?: string;
  @IsOptional() @IsString() parameter?: string;
  @IsOptional() @IsString() header?: string;
  @IsString() code!: string;
  @IsString() message!: string;
}

export class SlackRefusal {
  @IsString() error!: string;
  @IsOptional() @IsString() needed?: string;
  @IsOptional() @IsString() provided?: string;
}

/** RFC 9457 problem details: every error of every route. What is not declared here cannot be sent. */
export class Problem {
  @IsString() type!: string;
  @IsString() title!: string;
  @IsInt() status!: number;
  @IsString() detail!: string;
  @IsString() instance!: string;
  @IsString() requestId!: string;
  @IsOptional() @IsArray() @IsParts(() => ProblemPlace) errors?: ProblemPlace[];
  @IsOptional() @IsPart(() => SlackRefusal) slack?: SlackRefusal;
  @IsOptional() @IsString() hint?: string;
  /** Of a credential that was refused: all that was checked. */
  @IsOptional() @IsArray() @IsParts(() => ConnectivityCheckView) checks?: ConnectivityCheckView[];
  /** Of events that were refused. */
  @IsOptional() @IsPart(() => Receipt) receipt?: Receipt;
  /** Of what was changed meanwhile: what it is now. */
  @IsOptional() @IsInt() revision?: number;
  /** Of a report that cannot be read: where, from 1 on. */
  @IsOptional() @IsInt() line?: number;
  @IsOptional() @IsInt() column?: number;
  /** Of a report that can be read and not understood: where, as a JSON pointer. */
  @IsOptional() @IsString() pointer?: string;
}
