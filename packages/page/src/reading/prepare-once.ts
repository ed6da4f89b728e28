import type { Database, Statement } from '@varve/migrations/internal';

const known = new WeakMap<Database, Map<string, Statement>>();

/** A statement, compiled once for a connection: a unified view is asked the same for each archive. */
export function prepareOnce<TRow>(sqlite: Database, sql: string): Statement<unknown[], TRow> {
  const statements = known.get(sqlite) ?? new Map<string, Statement>();
  known.set(sqlite, statements);
  const statement = statements.get(sql) ?? sqlite.prepare(sql);
  statements.set(sql, statement);
  return statement as Statement<unknown[], TRow>;
}
