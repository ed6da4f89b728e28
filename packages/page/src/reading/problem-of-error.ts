import type { Problem } from '@varve/aggregator';
import { fileError } from '@varve/core/internal';
import { isSqliteError } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';

/** What went wrong with a file, as plain data. An error that is neither varve's, SQLite's nor the system's is thrown again. */
export function problemOfError(cause: unknown, path: string): Problem {
  const error = fileError(cause, path);
  if (error instanceof VarveError) {
    return { path: error.path ?? path, code: error.code, message: error.message, hint: error.hint };
  }
  if (!isSqliteError(error)) throw error;
  return {
    path,
    code: 'ROW_INVALID',
    message: `its rows do not fit the tables of head: ${error.message}`,
    hint: 'look at its rows with varve read',
  };
}
