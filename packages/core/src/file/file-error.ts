import { closeSync, openSync } from 'node:fs';
import { isSqliteError } from '@varve/migrations/internal';
import { type ErrorCode, VarveError } from '@varve/schema/errors';

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
  says: 'the file or its folder may not be written',
  hint: 'check the permissions; an archive is read-only on purpose: read it with openArchive',
};
const full: Problem = {
  code: 'DISK_FULL',
  says: 'there is no space left on the disk, or in the quota',
  hint: 'make room, then try again; what was written before is kept',
};
/** SQLite tells a full disk from the rest, and no more: https://www.sqlite.org/rescode.html#ioerr_write */
const unwritten: Problem = {
  code: 'DISK_FULL',
  says: 'the disk does not take what is to be written: a quota or a limit of the size of files is reached, or it is faulty',
  hint: "look at the quota, at ulimit -f and at the system's log, then try again; what was written before is kept",
};
const tooMany: Problem = {
  code: 'TOO_MANY_OPEN_FILES',
  says: 'the process or the machine may open no more files',
  hint: 'close sessions and archives that are done with, or raise the limit (ulimit -n)',
};
const noPath: Problem = {
  code: 'FILE_NOT_FOUND',
  says: 'this cannot be the path of a file: it is too long, goes round in a circle of links, or holds a NUL',
  hint: 'check the path and the links in it',
};
const tooLarge: Problem = {
  code: 'FILE_UNSUPPORTED',
  says: 'the file, or a value in it, is larger than this system, SQLite or Node.js can take',
  hint: 'read it with the sqlite3 shell, or on a machine with more memory or another file system',
};
const inUse: Problem = {
  code: 'FILE_BUSY',
  says: 'another process uses the file, or its name is taken',
  hint: 'try again when the other process is done, or look at what lies there',
};
const noFile: Problem = {
  code: 'FILE_UNREADABLE',
  says: 'it is no regular file, or its device does not answer',
  hint: 'check what lies there, and the device that it lies on',
};
const refused: Problem = {
  code: 'FILE_UNREADABLE',
  says: 'the operating system cannot do what was asked of it',
  hint: 'the code in the message is the system’s own; look at the file, its folder and its device',
};
const unsupported: Problem = {
  code: 'FILE_UNSUPPORTED',
  says: 'SQLite cannot do what the schema of the file asks for',
  hint: 'the message names it; a function, a collation or a module may be one of the application that wrote the file',
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
  ['SQLITE_IOERR_WRITE', unwritten],
  ['SQLITE_IOERR_FSYNC', unwritten],
  ['SQLITE_IOERR_TRUNCATE', unwritten],
  // The index of a WAL is given its room when it is made.
  ['SQLITE_IOERR_SHMSIZE', full],
  ['SQLITE_CANTOPEN', unreadable],
  ['SQLITE_READONLY', readOnly],
  ['SQLITE_PROTOCOL', busy],
  ['SQLITE_CORRUPT', corrupt],
  ['SQLITE_NOTADB', notADatabase],
  ['SQLITE_LOCKED', busy],
  ['SQLITE_IOERR', unreadable],
  ['SQLITE_BUSY', busy],
  ['SQLITE_PERM', unreadable],
  ['SQLITE_FULL', full],
  ['SQLITE_NOMEM', tooLarge],
  ['SQLITE_TOOBIG', tooLarge],
  ['ENOENT', notFound],
  ['ENOTDIR', notFound],
  ['EISDIR', unreadable],
  ['EACCES', unreadable],
  ['EPERM', unreadable],
  ['EROFS', readOnly],
  ['ENOSPC', full],
  ['EDQUOT', full],
  ['EMFILE', tooMany],
  ['ENFILE', tooMany],
  ['EIO', noFile],
  ['ENXIO', noFile],
  ['ENODEV', noFile],
  ['ESTALE', noFile],
  ['ESPIPE', noFile],
  ['EFBIG', tooLarge],
  ['EOVERFLOW', tooLarge],
  ['ENOMEM', tooLarge],
  ['ERR_FS_FILE_TOO_LARGE', tooLarge],
  ['ERR_STRING_TOO_LONG', tooLarge],
  ['ERR_OUT_OF_RANGE', tooLarge],
  ['ELOOP', noPath],
  ['ENAMETOOLONG', noPath],
  ['EILSEQ', noPath],
  ['ERR_INVALID_ARG_VALUE', noPath],
  ['EBUSY', inUse],
  ['ETXTBSY', inUse],
  ['EEXIST', inUse],
  ['ENOTEMPTY', inUse],
  ['EDEADLK', inUse],
  ['ENOLCK', inUse],
];

/** What an error of SQLite or of the operating system says about a file; an error that says nothing is returned as it is. */
export function fileError(cause: unknown, path: string, intent: 'read' | 'write' = 'read'): unknown {
  const code = errorCode(cause);
  if (!code) return cause;
  const isDenied = intent === 'write' && (code === 'EACCES' || code === 'EPERM');
  const problem = isDenied ? readOnly : (findProblem(code) ?? lastResort(cause));
  if (!problem) return cause;
  const reason = problem === unsupported ? `: ${(cause as Error).message}` : '';
  const message = `${problem.says} (${code})${reason}`;
  return new VarveError(problem.code, message, { path, hint: problem.hint, details: { code }, cause });
}

function findProblem(code: string): Problem | undefined {
  return problems.find(([prefix]) => code.startsWith(prefix))?.[1];
}

/** A row that breaks a constraint is a matter of rows, and of who writes them. */
function lastResort(cause: unknown): Problem | undefined {
  if (isSqliteError(cause)) return /^SQLITE_(CONSTRAINT|MISMATCH)/.test(cause.code) ? undefined : unsupported;
  return cause instanceof Error && 'syscall' in cause ? refused : undefined;
}

function errorCode(cause: unknown): string | undefined {
  // A migration that fails because the file is damaged, or the disk full, says nothing about the migration.
  if (cause instanceof VarveError)
    return cause.code === 'MIGRATION_FAILED' ? errorCode(cause.cause) : undefined;
  if (isSqliteError(cause)) return cause.code === 'SQLITE_CANTOPEN' ? whyNotOpened() : cause.code;
  // better-sqlite3 looks for the folder first, and has no code for one that is not there.
  if (cause instanceof TypeError && cause.message.startsWith('Cannot open database')) return 'ENOENT';
  if (!(cause instanceof Error)) return undefined;
  if ('code' in cause && ('syscall' in cause || findProblem(String(cause.code)))) return String(cause.code);
  // A length that no string and no Buffer has.
  if (cause instanceof RangeError && /length|too large|size/i.test(cause.message)) return 'ERR_OUT_OF_RANGE';
  return undefined;
}

/** SQLite does not say that the process has no file descriptor left: opening a file that is there does. */
function whyNotOpened(): string {
  try {
    closeSync(openSync(process.execPath, 'r'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EMFILE' || code === 'ENFILE') return code;
  }
  return 'SQLITE_CANTOPEN';
}

/** Runs work on one file; what SQLite or the operating system throws becomes an error of that file. */
export function onFile<T>(path: string, work: () => T, intent: 'read' | 'write' = 'read'): T {
  try {
    return work();
  } catch (error) {
    throw fileError(error, path, intent);
  }
}
