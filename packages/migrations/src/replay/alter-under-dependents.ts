import { type Database, isSqliteError } from '../driver/index.ts';
import { nameKey, quoteIdentifier, type SqlStatement } from '../sql/index.ts';

interface Dependent {
  readonly type: 'trigger' | 'view';
  readonly name: string;
  readonly sql: string;
}

/**
 * ALTER TABLE parses every view and trigger, and fails on those that mention a dropped table: they step aside. Returns
 * which did.
 */
export function alterUnderDependents(
  sqlite: Database,
  statement: SqlStatement,
  dropped: ReadonlySet<string>,
): readonly Dependent[] {
  const aside: Dependent[] = [];
  const missing = new Set(dropped);
  for (;;) {
    try {
      sqlite.exec(statement.text);
      break;
    } catch (error) {
      const dependent = trippedOver(sqlite, error, missing);
      if (!dependent) throw error;
      aside.push(dependent, ...triggersOf(sqlite, dependent));
      sqlite.exec(`DROP ${dependent.type} ${quoteIdentifier(dependent.name)}`);
      // Other views may read this one.
      missing.add(nameKey(dependent.name));
    }
  }
  for (const { sql } of aside) sqlite.exec(sql);
  return aside;
}

/** What goes with a view: its triggers INSTEAD OF. */
function triggersOf(sqlite: Database, { type, name }: Dependent): Dependent[] {
  if (type !== 'view') return [];
  const triggers = sqlite.prepare<[string], Dependent>(
    `SELECT type, name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid`,
  );
  return triggers.all(name);
}

/** The view or trigger that keeps a statement from running, for it lacks a table that this migration has dropped. */
function trippedOver(sqlite: Database, error: unknown, dropped: ReadonlySet<string>): Dependent | undefined {
  if (!isSqliteError(error)) return undefined;
  const missing = /: no such table: (?:main\.)?(.*)$/s.exec(error.message)?.[1]?.toLowerCase();
  if (missing === undefined || !dropped.has(missing)) return undefined;
  const dependents = sqlite
    .prepare<[], Dependent>(
      `SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY rowid`,
    )
    .all();
  return dependents.find(({ type, name }) => error.message.startsWith(`error in ${type} ${name}`));
}
