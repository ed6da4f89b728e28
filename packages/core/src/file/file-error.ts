import { isSqliteError } from '@varve/migrations/internal';
import { type ErrorCode, VarveError } from '@varve/schema';

interface Problem {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint: string;
}

const notFound: Problem = {
  code: 'FILE_NOT_FOUND',
  says: 'there is no file at this path',
  hint: 'check the path',
};
const unreadable: Problem = {
  code: 'FILE_UNREADABLE',
  says: 'the operating system refuses to read it',
  hint: 'check the permissions of the file and of its folder, and that it is a file',
};
const readOnly: Problem = {
  code: 'FILE_READ_ONLY',
  says: 'the file or its folder cannot be written',
  hint: 'check permissions and free space; an archive is read-only on purpose: read it with openArchive',
};
const corrupt: Problem = {
  code: 'FILE_CORRUPT',
  says: 'the database is truncated or damaged',
  hint: 'restore it from a backup, or try to rescue its rows with the ".recover" command of the sqlite3 shell',
};
const notADatabase: Problem = {
  code: 'FILE_NOT_A_DATABASE',
  says: 'the file is not an SQLite database',
  hint: 'check the path; the file was left as it is',
};
const busy: Problem = {
  code: 'FILE_BUSY',
  says: 'another connection has the database locked',
  hint: 'close its other readers and writers, then try again',
};

/** By the beginning of the code, longest first: https://www.sqlite.org/rescode.html */
const problems: readonly (readonly [string, Problem])[] = [
  ['SQLITE_IOERR_SHORT_READ', corrupt],
  ['SQLITE_CANTOPEN', unreadable],
  ['SQLITE_READONLY', readOnly],
  ['SQLITE_PROTOCOL', busy],
  ['SQLITE_CORRUPT', corrupt],
  ['SQLITE_NOTADB', notADatabase],
  ['SQLITE_LOCKED', busy],
  ['SQLITE_IOERR', unreadable],
  ['SQLITE_BUSY', busy],
  ['SQLITE_PERM', unreadable],
  ['SQLITE_FULL', readOnly],
  ['ENOENT', notFound],
  ['ENOTDIR', notFound],
  ['EISDIR', unreadable],
  ['EACCES', unreadable],
  ['EPERM', unreadable],
  ['EROFS', readOnly],
  ['ENOSPC', readOnly],
  ['EIO', unreadable],
];

/** What an error of SQLite or of the operating system says about a file; an error that says nothing is returned as it is. */
export function fileError(cause: unknown, path: string, intent: 'read' | 'write' = 'read'): unknown {
  const code = errorCode(cause);
  if (!code) return cause;
  const isDenied = intent === 'write' && (code === 'EACCES' || code === 'EPERM');
  const problem = isDenied ? readOnly : problems.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (!problem) return cause;
  const message = `${problem.says} (${code})`;
  return new VarveError(problem.code, message, { path, hint: problem.hint, details: { code }, cause });
}

function errorCode(cause: unknown): string | undefined {
  // A migration that fails because the file is damaged, or the disk full, says nothing about the migration.
  if (cause instanceof VarveError)
    return cause.code === 'MIGRATION_FAILED' ? errorCode(cause.cause) : undefined;
  if (isSqliteError(cause)) return cause.code;
  // better-sqlite3 looks for the folder first, and has no code for one that is not there.
  if (cause instanceof TypeError && cause.message.startsWith('Cannot open database')) return 'ENOENT';
  if (cause instanceof Error && 'syscall' in cause && 'code' in cause) return String(cause.code);
  return undefined;
}

/** Runs work on one file; what SQLite or the operating system throws becomes an error of that file. */
export function onFile<T>(path: string, work: () => T, intent: 'read' | 'write' = 'read'): T {
  try {
    return work();
  } catch (error) {
    throw fileError(error, path, intent);
  }
}
