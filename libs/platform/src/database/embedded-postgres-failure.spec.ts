import { describe, expect, test } from '@jest/globals';

import { describeDirectoryFailure, describeStartFailure } from './embedded-postgres-failure.js';

describe('an embedded PostgreSQL that does not start says in one sentence what to do', () => {
  test.each([
    ['initdb: error: could not write file: No space left on device', 'The disk that holds /data is full; free some space, or set DATA_DIR to another disk.'],
    ['FATAL:  database files are incompatible with server\nDETAIL: made by 17', 'The database in /data was made by another version of PostgreSQL; move it away, or set DATABASE_URL to a server of that version.'],
    ['FATAL:  could not open file "postgresql.conf": Permission denied\n', 'The database may not be kept in /data: permission denied; set DATA_DIR to another directory.'],
    ['LOG: starting\nFATAL:  could not create shared memory\n\n', 'The embedded PostgreSQL does not start (FATAL:  could not create shared memory); set DATABASE_URL to use a server of your own.'],
    ['', 'The embedded PostgreSQL does not start (it said nothing); set DATABASE_URL to use a server of your own.'],
  ])('%j', (output, sentence) => {
    expect(describeStartFailure(output, '/data')).toBe(sentence);
  });

  test.each([
    [{ code: 'ENOSPC' }, 'The disk that holds /data is full; free some space, or set DATA_DIR to another disk.'],
    [{ code: 'EROFS' }, 'The database cannot be kept in /data (EROFS); set DATA_DIR to a directory that can be written.'],
    [{}, 'The database cannot be kept in /data (unknown error); set DATA_DIR to a directory that can be written.'],
  ])('%j', (error, sentence) => {
    expect(describeDirectoryFailure(error, '/data')).toBe(sentence);
  });
});
