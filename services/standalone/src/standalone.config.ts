import { IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min } from 'class-validator';

import { Setting } from '@tocsin/platform';

const WEB_ADDRESS = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };

/** What differs when everything runs in one process; the services' own settings are read by their own classes. */
export class StandaloneConfig {
  @Setting('Port of the one address of everything.') @IsInt() @Min(0) @Max(65_535) PORT = 3000;
  @Setting('Address to listen on; left out = loopback, both address families.') @IsOptional() @IsString() HOST?: string;
  @Setting('What browsers and Slack call us; left out = http://localhost:PORT.') @IsOptional() @IsUrl(WEB_ADDRESS) PUBLIC_URL?: string;
  @Setting('PostgreSQL server; left out = an embedded one in DATA_DIR.', { secret: true })
  @IsOptional() @Matches(/^postgres(ql)?:\/\//, { message: 'must be a postgres:// address' })
  DATABASE_URL?: string;
  @Setting('RabbitMQ server; left out = messages go over PostgreSQL.', { secret: true })
  @IsOptional() @Matches(/^amqps?:\/\//, { message: 'must be an amqp:// or amqps:// address' })
  AMQP_URL?: string;
  @Setting('Put in front of every exchange and queue.') @IsOptional() @IsString() AMQP_PREFIX?: string;
  @Setting('Directory for the embedded database and for generated keys.') @IsString() DATA_DIR = '.tocsin';
  @Setting('Port of the Slack sandbox.') @IsInt() @Min(0) @Max(65_535) SANDBOX_PORT = 3001;
  @Setting('Where Slack answers; left out = the Slack sandbox, unless SLACK_CLIENT_ID is set.') @IsOptional() @IsUrl(WEB_ADDRESS) SLACK_BASE_URL?: string;
  @Setting('Client id of the published Slack app.') @IsOptional() @IsString() SLACK_CLIENT_ID?: string;
  @Setting('Key ring for secrets at rest; left out = generated into DATA_DIR.', { secret: true }) @IsOptional() @IsString() ENCRYPTION_KEYS?: string;
  @Setting('Issuer of the bearer tokens; left out = a development issuer on loopback.') @IsOptional() @IsUrl(WEB_ADDRESS) OIDC_ISSUER?: string;
  @Setting('Audience that a bearer token must name.') @IsOptional() @IsString() OIDC_AUDIENCE?: string;
  @Setting('Least severe log line that is written.') @IsString() LOG_LEVEL = 'warn';
}
