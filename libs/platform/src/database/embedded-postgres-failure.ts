/** Why the embedded PostgreSQL does not start, in one sentence that says what to do. */

/** @param where the directory that was to be used */
export function describeDirectoryFailure(error: unknown, where: string): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return diskIsFull(where);
  return `The database cannot be kept in ${where} (${code}); set DATA_DIR to a directory that can be written.`;
}

/** @param output what initdb or postgres printed */
export function describeStartFailure(output: string, where: string): string {
  if (/No space left|ENOSPC|disk full/i.test(output)) return diskIsFull(where);
  if (/database files are incompatible/i.test(output)) return `The database in ${where} was made by another version of PostgreSQL; move it away, or set DATABASE_URL to a server of that version.`;
  if (/Permission denied/i.test(output)) return `The database may not be kept in ${where}: permission denied; set DATA_DIR to another directory.`;
  const line = output.trim().split('\n').at(-1)?.trim();
  return `The embedded PostgreSQL does not start (${line === undefined || line === '' ? 'it said nothing' : line}); set DATABASE_URL to use a server of your own.`;
}

function diskIsFull(where: string): string {
  return `The disk that holds ${where} is full; free some space, or set DATA_DIR to another disk.`;
}
