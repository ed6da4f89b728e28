import { fileError } from '@varve/core/internal';
import { VarveError } from '@varve/schema';

/** A log that gave nothing, or not all. */
export interface ImportProblem {
  readonly path: string;
  readonly code: VarveError['code'];
  readonly message: string;
  readonly hint: string;
}

/** What is neither varve's, SQLite's nor the operating system's to say is a mistake in the program, and thrown again. */
export function problemOf(cause: unknown, path: string): ImportProblem {
  const error = fileError(cause, path);
  if (!(error instanceof VarveError)) throw error;
  return { path: error.path ?? path, code: error.code, message: error.message, hint: error.hint };
}
