/**
 * JSON log lines on standard output. Whatever is logged, nothing that looks like a Slack token, an API key or a bearer
 * token leaves the process: the finished line is redacted, so no call site can forget it.
 */
import type { LoggerService } from '@nestjs/common';
import { pino, stdSerializers, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child'>;

// No boundary in front: in JSON and in addresses a letter stands before a token (`\nxoxb-`, `token%3Dxoxb-`).
const SECRETS = /(?:xox[a-z]-|xoxe\.xox[a-z]-|xapp-|xwfp-|tocsin_)[A-Za-z0-9-_.+/=]{4,}|(?<=[Bb]earer )[A-Za-z0-9-_.]{20,}/g;

/** Replaces everything in `text` that has the form of a token. */
export function redactSecrets(text: string): string {
  return text.replace(SECRETS, (secret) => `${secret.slice(0, 5)}…redacted`);
}

/** Where a failed query tells what it was asked with, or what is in a row: messages and comments of people, which whoever reads logs has no right to. */
const CONTENTS = new Set(['parameters', 'driverError', 'detail', 'where', 'internalQuery']);

function serializeError(error: Error): object {
  return Object.fromEntries(Object.entries(stdSerializers.err(error)).filter(([field]) => !CONTENTS.has(field)));
}

/** A logger whose lines carry the service's name. `destination` is standard output unless given. */
export function createLogger(service: string, level: string, destination?: DestinationStream): PinoLogger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: serializeError },
    hooks: { streamWrite: redactSecrets },
  };
  return pino(options, destination ?? standardOutput());
}

/**
 * Written behind the back of whoever logs, several lines at a time when there are many; the rest at exit. Shared, so that lines of
 * one process never mix. As bytes: of texts, pino's destination measures all that waits again with every line.
 */
function standardOutput(): DestinationStream {
  if (output === undefined) {
    const bytes = pino.destination({ fd: 1, sync: false, contentMode: 'buffer' });
    output = { write: (line) => { bytes.write(Buffer.from(line) as never); }, flushSync: () => { bytes.flushSync(); } };
  }
  return output;
}

let output: (DestinationStream & { flushSync(): void }) | undefined;

/** Nest's own messages through the same lines: its start-up chatter at debug level. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }
  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }
  verbose(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }
  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }
  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }
  fatal(message: unknown, context?: string): void {
    this.logger.fatal({ context }, String(message));
  }
}
