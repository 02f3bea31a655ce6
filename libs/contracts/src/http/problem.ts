import { IsArray, IsInt, IsOptional, IsString } from 'class-validator';

import { IsPart, IsParts } from '../decorators.js';
import { Field } from '../field.js';
import { ConnectivityCheckView } from './connection.js';
import { Receipt } from './issues.js';

export class ProblemPlace {
  @Field('JSON pointer into the body, such as `/issues/0/title`; left out when it is not there.') @IsOptional() @IsString() pointer?: string;
  @Field('Name of a parameter of the query; left out when it is not there.') @IsOptional() @IsString() parameter?: string;
  @Field('Name of a header; left out when it is not there.') @IsOptional() @IsString() header?: string;
  @Field('What is wrong there, as a word for programs.') @IsString() code!: string;
  @Field('What is wrong there, or what to do, in words.') @IsString() message!: string;
}

export class SlackRefusal {
  @Field('Slack’s code, such as `missing_scope`.') @IsString() error!: string;
  @Field('Scopes that Slack says are needed; left out where it says none.') @IsOptional() @IsString() needed?: string;
  @Field('Scopes that Slack says the token has; left out where it says none.') @IsOptional() @IsString() provided?: string;
}

/** RFC 9457 problem details: every error of every route. What is not declared here cannot be sent. */
export class Problem {
  @Field('`urn:tocsin:problem:<code>`, which tells one kind of problem from the others; `about:blank` where the status says all.') @IsString() type!: string;
  @Field('What is wrong, in a few words that are the same for every problem of this type.') @IsString() title!: string;
  @Field('The HTTP status.') @IsInt() status!: number;
  @Field('What is wrong here, in a sentence.') @IsString() detail!: string;
  @Field('Path of the request, without its query.') @IsString() instance!: string;
  @Field('Id of the request, which leads to it in logs and in the audit log.') @IsString() requestId!: string;
  @Field('The places that are wrong; left out where there are none to name.') @IsOptional() @IsArray() @IsParts(() => ProblemPlace) errors?: ProblemPlace[];
  @Field('What Slack said; left out where Slack has nothing to do with it.') @IsOptional() @IsPart(() => SlackRefusal) slack?: SlackRefusal;
  @Field('What to do, in a sentence; left out where there is nothing to add.') @IsOptional() @IsString() hint?: string;
  @Field('Of a credential that was refused: all that was checked. Otherwise left out.')
  @IsOptional() @IsArray() @IsParts(() => ConnectivityCheckView) checks?: ConnectivityCheckView[];
  @Field('Of events that were refused: which, and why; nothing was taken. Otherwise left out.') @IsOptional() @IsPart(() => Receipt) receipt?: Receipt;
  @Field('Of what was changed meanwhile: its revision now. Otherwise left out.') @IsOptional() @IsInt() revision?: number;
  @Field('Of a message that was sent again already: the delivery that it was sent as. Otherwise left out.') @IsOptional() @IsString() deliveryId?: string;
  @Field('Of a report that is not JSON: the line of the place, from 1 on. Otherwise left out.') @IsOptional() @IsInt() line?: number;
  @Field('Of a report that is not JSON: the column of the place, from 1 on. Otherwise left out.') @IsOptional() @IsInt() column?: number;
  @Field('Of a report that is JSON and not understood: the place as a JSON pointer. Otherwise left out.') @IsOptional() @IsString() pointer?: string;
}
