import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';

export const tableOfJson =
  'CREATE TABLE t (id INTEGER PRIMARY KEY, payload TEXT, kind TEXT, n INTEGER, other TEXT)';

const select = 'SELECT id, typeof(payload), payload, typeof(n), n, typeof(other), other, kind FROM t';

/** The rows, or that there are none to be had: a text that is no JSON fails where SQLite reads it. */
export function rowsOfJson(payload: unknown, prepare: (sqlite: Database.Database) => void): unknown {
  const sqlite = new Database(':memory:');
  sqlite.exec(tableOfJson);
  sqlite.prepare('INSERT INTO t VALUES (1, ?, ?, 2, NULL)').run(payload, '$.args');
  sqlite.exec("INSERT INTO t VALUES (2, '{\"args\":[{\"a\":1}]}', 'x', 1, NULL), (3, '[]', 'y', 1, NULL)");
  try {
    prepare(sqlite);
    return sqlite.prepare(select).safeIntegers().raw().all();
  } catch (error) {
    if (
      error instanceof Database.SqliteError ||
      (error instanceof VarveError && error.code === 'MIGRATION_FAILED')
    )
      return 'fails';
    throw error;
  } finally {
    sqlite.close();
  }
}
