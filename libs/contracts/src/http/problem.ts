import { IsArray, IsInt, IsOptional, IsString } from 'class-validator';

import { IsPart, IsParts } from '../decorators.js';

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

/** RFC 9457 problem details: every error of every route. */
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
}
