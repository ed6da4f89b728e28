import { fileError } from '@varve/core/upgrading';
import { isSqliteError } from '@varve/migrations/internal';
import { type ErrorCode, VarveError } from '@varve/schema/errors';

/** What went wrong with one file of many, as plain data: it can be printed, stored and passed between processes. */
export interface Problem {
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/**
 * The problem an error stands for. What SQLite says without a more exact meaning counts as damage to the file; an
 * error that neither varve, SQLite nor the operating system raised is a mistake in the program, and thrown again.
 */
export function problemOf(cause: unknown, path: string): Problem {
  const error = fileError(cause, path);
  if (error instanceof VarveError) {
    const { code, message, hint } = error;
    return caused({ path: error.path ?? path, code, message, hint }, error);
  }
  if (!isSqliteError(error)) throw error;
  const problem: Problem = {
    path,
    code: 'FILE_CORRUPT',
    message: `its rows cannot be read: ${error.message}`,
    hint: 'restore the file from a backup, or set it aside',
  };
  return caused(problem, error);
}

/** With its error, for who asks after it by name: what is stored, printed or passed on is as before. */
function caused(problem: Problem, cause: unknown): Problem {
  return Object.defineProperty(problem, 'cause', { value: cause, enumerable: false });
}

/** Of a file that a worker died on, when it had no other in hand. */
export function crashProblem(path: string, reason: string): Problem {
  return {
    path,
    code: 'WORKER_CRASHED',
    message: `the worker died on this file: ${reason}`,
    hint: 'the file is as it was or complete; try it alone, and report this if it happens again',
  };
}
