import { fileError } from '@varve/core/upgrading';
import { isSqliteError } from '@varve/migrations/internal';
import { type ErrorCode, VarveError } from '@varve/schema/errors';
import { noteStack } from './worker-stacks.ts';

/** What went wrong with one file of many, as plain data: it can be printed, stored and passed between processes. */
export interface Problem {
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** The problem an error stands for. One file's never stops the others, so a defect of varve's own is one as well. */
export function problemOf(cause: unknown, path: string): Problem {
  const error = fileError(cause, path);
  if (error instanceof VarveError) {
    const { code, message, hint } = error;
    return caused({ path: error.path ?? path, code, message, hint }, error);
  }
  const message = error instanceof Error ? error.message : String(error);
  if (isSqliteError(error)) return caused(unfitRows(path, message), error);
  const hint = 'the file is as it was; report this with the message';
  return caused({ path, code: 'INTERNAL', message: `a defect in varve: ${message}`, hint }, error);
}

function unfitRows(path: string, reason: string): Problem {
  return {
    path,
    code: 'ROW_INVALID',
    message: `its rows do not fit the tables of head: ${reason}`,
    hint: 'look at its rows with varve read: a key may be there twice, or an index not fit its table',
  };
}

/** With its error, for who asks after it by name: what is stored, printed or passed on is as before. */
function caused(problem: Problem, cause: unknown): Problem {
  noteStack(problem, cause);
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
