import { describe, expect, test } from '@jest/globals';
import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

import { parseDatabaseAddress, sessionOptions } from './database-address.js';
import { describeDatabaseFailure, isDatabaseAway, isDatabaseAwayOrSlow, isUnstorableText, mayPass } from './database-failure.js';

const ADDRESS = parseDatabaseAddress('postgres://ada:hunter2@db.acme.example:6432/alarms');

describe('an address of a database', () => {
  test.each([
    ['postgres://ada:hunter2@db:6432/alarms', { server: 'db:6432', database: 'alarms', user: 'ada' }],
    ['postgresql://ada@db', { server: 'db:5432', database: 'ada', user: 'ada' }],
    ['postgres:///alarms', { server: 'localhost:5432', database: 'alarms', user: 'postgres' }],
  ])('%s is read as it is meant', (url, parts) => {
    expect(parseDatabaseAddress(url)).toMatchObject(parts);
  });

  test.each(['', 'mysql://db/alarms', 'postgres', 'postgres://db:port/alarms'])('"%s" is refused with the form that is wanted', (url) => {
    expect(() => parseDatabaseAddress(url)).toThrow('postgres://user:password@host:5432/database');
  });

  test('keeps start-up options of its own, which go before ours except for the search path', () => {
    const { url, options } = parseDatabaseAddress('postgres://db/alarms?options=-c%20statement_timeout%3D5s&sslmode=require');
    expect(url).toBe('postgres://db/alarms?sslmode=require');
    const ours = '-c idle_in_transaction_session_timeout=60000 -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3';
    expect(sessionOptions('issues', options, 60_000)).toBe(`${ours} -c statement_timeout=5s -c search_path=issues,public`);
    expect(sessionOptions('issues', '', 60_000)).toBe(`${ours} -c search_path=issues,public`);
  });
});

describe('what PostgreSQL or the network answered becomes one sentence', () => {
  test.each([
    [{ code: 'ECONNREFUSED' }, 'PostgreSQL at db.acme.example:6432 cannot be reached (nothing answers there); start it or correct DATABASE_URL.'],
    [{ code: 'ENOTFOUND' }, 'The host of PostgreSQL at db.acme.example:6432 is unknown; correct DATABASE_URL.'],
    [{ message: 'timeout expired' }, 'PostgreSQL at db.acme.example:6432 did not answer in time; check the host, the port and the firewall in DATABASE_URL.'],
    [{ code: '28P01' }, 'PostgreSQL at db.acme.example:6432 refuses user "ada"; check the user and password in DATABASE_URL.'],
    [{ code: '3D000' }, 'There is no database "alarms" on PostgreSQL at db.acme.example:6432; create it or correct DATABASE_URL.'],
    [{ code: '53100' }, 'PostgreSQL at db.acme.example:6432 has no disk space left; free some.'],
    [{ message: 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string' }, 'PostgreSQL at db.acme.example:6432 asks for the password of user "ada"; add it to DATABASE_URL.'],
    [{ code: 'XX000', message: 'could not open relation' }, 'PostgreSQL at db.acme.example:6432 cannot be used: could not open relation.'],
    [{ errors: [{ code: 'ECONNREFUSED' }, { code: 'ECONNREFUSED' }] }, 'PostgreSQL at db.acme.example:6432 cannot be reached (nothing answers there); start it or correct DATABASE_URL.'],
  ])('%j', (failure, sentence) => {
    expect(describeDatabaseFailure(failure, ADDRESS)).toBe(sentence);
    expect(sentence).not.toContain('hunter2');
  });

  test.each([
    [{ code: 'ECONNREFUSED' }, true],
    [{ code: '57P03' }, true],
    [{ errors: [{ code: 'ECONNREFUSED' }] }, true],
    [{ code: '28P01' }, false],
    [{ code: '3D000' }, false],
  ])('whether waiting helps: %j %s', (failure, passes) => {
    expect(mayPass(failure)).toBe(passes);
  });

  test.each([
    [new QueryFailedError('select 1', [], Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' })), true],
    [new QueryFailedError('select 1', [], Object.assign(new Error('terminating connection due to idle-in-transaction timeout'), { code: '25P03' })), true],
    [new QueryFailedError('insert', [], Object.assign(new Error('cannot execute INSERT in a read-only transaction'), { code: '25006' })), true],
    [new QueryFailedError('update', [], Object.assign(new Error('deadlock detected'), { code: '40P01' })), true],
    [new QueryFailedError('update', [], Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' })), true],
    [new QueryFailedError('insert', [], Object.assign(new Error('could not extend file: Input/output error'), { code: '58030' })), true],
    [new QueryFailedError('select 1', [], Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })), false],
    [new QueryRunnerAlreadyReleasedError(), true],
    [new QueryRunnerProviderAlreadyReleasedError(), true],
    [new QueryFailedError('select x', [], Object.assign(new Error('column "x" does not exist'), { code: '42703' })), false],
    [new Error('something else'), false],
  ])('whether the database is away: %s %s', (failure, away) => {
    expect(isDatabaseAway(failure)).toBe(away);
  });

  test.each([
    ['57014', 'canceling statement due to statement timeout', true],
    ['57P01', 'terminating connection due to administrator command', true],
    ['42703', 'column "x" does not exist', false],
  ])('whether the database is away or slow: %s %s %s', (code, message, passes) => {
    expect(isDatabaseAwayOrSlow(new QueryFailedError('select 1', [], Object.assign(new Error(message), { code })))).toBe(passes);
  });

  test.each([
    ['22021', 'invalid byte sequence for encoding "UTF8": 0x00', true],
    ['22P05', 'unsupported Unicode escape sequence', true],
    ['22P02', 'invalid input syntax for type json', true],
    ['22P02', 'invalid input syntax for type uuid: "x"', false],
  ])('whether a text from outside cannot be stored: %s %s %s', (code, message, unstorable) => {
    expect(isUnstorableText(new QueryFailedError('select 1', [], Object.assign(new Error(message), { code })))).toBe(unstorable);
  });
});
