import { type ErrorCode, VarveError } from '@varve/schema';

/** What went wrong with one file of many, as plain data: it can be printed, stored and passed between threads. */
export interface Problem {
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** The problem an error stands for. An error that varve did not raise counts as damage to the file. */
export function problemOf(error: unknown, path: string): Problem {
  if (error instanceof VarveError) {
    return { path: error.path ?? path, code: error.code, message: error.message, hint: error.hint };
  }
  return {
    path,
    code: 'FILE_CORRUPT',
    message: error instanceof Error ? error.message : String(error),
    hint: 'restore the file from a backup, or set it aside',
  };
}
