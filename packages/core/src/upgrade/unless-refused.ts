import { isSqliteError } from '@varve/migrations/internal';

/** What SQLite refuses is for a replay to say. */
export function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isSqliteError(error)) return undefined;
    throw error;
  }
}
