import { type Database, isSqliteError, quoteIdentifier } from '@varve/migrations/internal';

/** Whether an attached file cannot be read whole: its pages, its indexes, or the disk below it. Outside of a transaction. */
export function isDamaged(sqlite: Database, schema: string): boolean {
  try {
    return sqlite.pragma(`${quoteIdentifier(schema)}.integrity_check(1)`, { simple: true }) !== 'ok';
  } catch (error) {
    if (isSqliteError(error)) return true;
    throw error;
  }
}
