/** The settings that every service has. A service's own class extends this one. */
import { IsIn, IsInt, IsNotEmpty, IsOptional, IsString, IsUrl, Matches, Max, Min } from 'class-validator';

import { Setting } from './setting.js';

const URL_WITHOUT_TLD = { require_tld: false, require_protocol: true };

export class ServiceConfig {
  @Setting('Port to listen on.') @IsInt() @Min(0) @Max(65_535) PORT = 3000;
  @Setting('Address to listen on; left out = loopback, both address families.') @IsOptional() @IsString() HOST?: string;
  @Setting('What browsers and Slack call us.') @IsUrl({ ...URL_WITHOUT_TLD, protocols: ['http', 'https'] }) PUBLIC_URL = 'http://localhost:3000';
  @Setting('PostgreSQL server, for example postgres://user:password@host:5432/tocsin.', { secret: true })
  @Matches(/^postgres(ql)?:\/\//, { message: 'must be set to a postgres:// address' })
  DATABASE_URL!: string;
  @Setting('RabbitMQ server, vhost included, for example amqp://user:password@host:5672/tocsin.', { secret: true })
  @IsOptional() @Matches(/^amqps?:\/\//, { message: 'must be an amqp:// or amqps:// address' })
  AMQP_URL?: string;
  @Setting('Put in front of every exchange and queue, so that several installations can share a vhost.')
  @IsOptional() @Matches(/^[A-Za-z0-9._-]{1,60}$/)
  AMQP_PREFIX?: string;
  @Setting('Key ring for secrets at rest: id:base64,id:base64 with 32-byte keys; the first one encrypts.', { secret: true })
  @IsString() @IsNotEmpty({ message: 'must be set to a key ring, for example k1:$(openssl rand -base64 32)' })
  ENCRYPTION_KEYS!: string;
  @Setting('Authenticates services to each other; left out = derived from ENCRYPTION_KEYS.', { secret: true })
  @IsOptional() @IsString()
  SERVICE_SECRET?: string;
  @Setting('Issuer of the bearer tokens (OpenID Connect).') @IsOptional() @IsUrl({ ...URL_WITHOUT_TLD, protocols: ['http', 'https'] }) OIDC_ISSUER?: string;
  @Setting('Audience that a bearer token must name; left out = not checked.') @IsOptional() @IsString() OIDC_AUDIENCE?: string;
  @Setting('Where connector answers.') @IsUrl({ ...URL_WITHOUT_TLD, protocols: ['http', 'https'] }) CONNECTOR_URL = 'http://127.0.0.1:3011';
  @Setting('Where issues answers.') @IsUrl({ ...URL_WITHOUT_TLD, protocols: ['http', 'https'] }) ISSUES_URL = 'http://127.0.0.1:3012';
  @Setting('Where workflows answers.') @IsUrl({ ...URL_WITHOUT_TLD, protocols: ['http', 'https'] }) WORKFLOWS_URL = 'http://127.0.0.1:3013';
  @Setting('Where notifier answers.') @IsUrl({ ...URL_WITHOUT_TLD, protocols: ['http', 'https'] }) NOTIFIER_URL = 'http://127.0.0.1:3014';
  @Setting('Connections to PostgreSQL that this process keeps at most.') @IsInt() @Min(2) @Max(200) DATABASE_POOL_SIZE = 10;
  @Setting('For tests only: ends the process (SIGKILL) at a pass of a fail point, <name>:<n>[:before|after]; left out = never.')
  @IsOptional() @Matches(/^[a-z.]+:[1-9]\d*(:before|:after)?$/)
  FAILPOINT?: string;
  @Setting('Least severe log line that is written.') @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']) LOG_LEVEL = 'info';
}
