/** Turns what PostgreSQL or the network answered into one sentence that a person can act on. */
import type { DatabaseAddress } from './database-address.js';

/** The server cannot be used as it is; the message is for the operator, the cause for the log. */
export class DatabaseUnavailable extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'DatabaseUnavailable';
  }
}

interface Failure {
  code?: string;
  message?: string;
  errors?: Failure[];
}

type Sentence = (address: DatabaseAddress, message: string) => string;

const AWAY: Sentence = ({ server }) => `PostgreSQL at ${server} cannot be reached (nothing answers there); start it or correct DATABASE_URL.`;
const SILENT: Sentence = ({ server }) => `PostgreSQL at ${server} did not answer in time; check the host, the port and the firewall in DATABASE_URL.`;
const UNKNOWN_HOST: Sentence = ({ server }) => `The host of PostgreSQL at ${server} is unknown; correct DATABASE_URL.`;
const REFUSED: Sentence = ({ server, user }) => `PostgreSQL at ${server} refuses user "${user}"; check the user and password in DATABASE_URL.`;

/** By Node's error codes and PostgreSQL's SQLSTATE (its manual, appendix A). */
const BY_CODE: Record<string, Sentence> = {
  ECONNREFUSED: AWAY,
  ECONNRESET: AWAY,
  EHOSTUNREACH: SILENT,
  ENETUNREACH: SILENT,
  ETIMEDOUT: SILENT,
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  '28P01': REFUSED,
  '28000': REFUSED,
  '3D000': ({ server, database }) => `There is no database "${database}" on PostgreSQL at ${server}; create it or correct DATABASE_URL.`,
  '42501': ({ server, user, database }, message) => `User "${user}" may not set up database "${database}" on PostgreSQL at ${server} (${message}); grant it CREATE on the database.`,
  '53100': ({ server }) => `PostgreSQL at ${server} has no disk space left; free some.`,
  '53300': ({ server }) => `PostgreSQL at ${server} has no free connection; raise its max_connections or lower DATABASE_POOL_SIZE.`,
  '57P03': ({ server }) => `PostgreSQL at ${server} is still starting; try again in a moment.`,
};

const BY_MESSAGE: readonly (readonly [RegExp, Sentence])[] = [
  [/timeout/i, SILENT],
  [/password must be a string/i, ({ server, user }) => `PostgreSQL at ${server} asks for the password of user "${user}"; add it to DATABASE_URL.`],
  [/does not support SSL/i, ({ server }) => `PostgreSQL at ${server} does not speak TLS; take sslmode out of DATABASE_URL.`],
  [/certificate/i, ({ server }, message) => `The certificate of PostgreSQL at ${server} is not accepted: ${message}.`],
  [/connection terminated/i, AWAY],
];

/** Codes that pass by themselves: a server or its network that is only just coming up. */
const PASSING = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', '57P03', '57P01', '53300']);

/** One sentence, without password. What is unknown is shown as the server said it. */
export function describeDatabaseFailure(error: unknown, address: DatabaseAddress): string {
  const { code = '', message = '' } = innermost(error);
  const sentence = BY_CODE[code] ?? BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1];
  return sentence?.(address, message) ?? `PostgreSQL at ${address.server} cannot be used: ${message || code || String(error)}.`;
}

/** Whether waiting a little may help. */
export function mayPass(error: unknown): boolean {
  const { code = '', message = '' } = innermost(error);
  return PASSING.has(code) || /connection terminated/i.test(message);
}

/**
 * What a query fails with while the server restarts, is down, cannot be reached or lacks something, or when it took back a
 * transaction that asked nothing for too long or stood in another one's way, beside the codes that pass by themselves.
 */
const AWAY_CODES = new Set([
  ...PASSING, 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', '57P02', '57P05', '25P03', '25006', '08000', '08001', '08003', '08006', '53000', '53100', '53200', '53400', '58000', '58030',
  '40001', '40P01', '55P03',
]);
/** query_canceled: it took longer than the server lets a statement take. */
const SLOW_CODE = '57014';
/** TypeORM releases a runner whose connection died; what its transaction asks next fails with that. */
const AWAY_MESSAGE = /connection terminated|query runner (was )?already released|timeout exceeded when trying to connect|timeout expired|client has encountered a connection error|driver not connected/i;

/** Whether a query failed because the database is away, however TypeORM wrapped it: nothing was changed, and trying again helps. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '', message = '' } = innermost((error as { driverError?: unknown }).driverError ?? error);
  return AWAY_CODES.has(code) || AWAY_MESSAGE.test(message);
}

/** As {@link isDatabaseAway}, or too slow at the moment: for whoever asks so little that the time it took is never its own fault. */
export function isDatabaseAwayOrSlow(error: unknown): boolean {
  return isDatabaseAway(error) || (error instanceof Error && innermost((error as { driverError?: unknown }).driverError ?? error).code === SLOW_CODE);
}

/** character_not_in_repertoire, untranslatable_character: PostgreSQL keeps no NUL and no lone surrogate, in text or JSON. */
const UNSTORABLE_CODES = new Set(['22021', '22P05']);

/** Whether a query failed because a text that came from outside cannot be one of PostgreSQL's. */
export function isUnstorableText(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '', message = '' } = innermost((error as { driverError?: unknown }).driverError ?? error);
  return UNSTORABLE_CODES.has(code) || (code === '22P02' && message.includes('type json')); // our JSON is well-formed but for lone surrogates
}

/** A name with two addresses fails with one error for each; the last one speaks for all. */
function innermost(error: unknown): Failure {
  const failure = (typeof error === 'object' && error !== null ? error : {}) as Failure;
  return failure.errors?.at(-1) ?? failure;
}
