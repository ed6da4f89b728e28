import { VarveError } from '@varve/schema/errors';
import { type Database, isSqliteError } from '../driver/index.ts';
import type { Migration } from '../lineage/index.ts';
import {
  droppedTable,
  keywordOf,
  nameKey,
  quoteIdentifier,
  resolveQuotedStrings,
  type SqlStatement,
} from '../sql/index.ts';
import { alterColumn, isAlterColumn } from './alter-column.ts';
import { replayStatements } from './replay-statements.ts';
import { type ActingLineage, RowStatements } from './row-statements.ts';

export interface ApplyMigrationOptions {
  readonly lineage: ActingLineage;
  readonly path?: string | undefined;
  readonly beforeStatement?: (statement: SqlStatement) => void;
}

/**
 * Executes one migration's statements inside the caller's transaction, with foreign keys off: DDL touches no other
 * table's rows, explicit changes of rows set off what foreign keys do. Indexes and triggers of a dropped table are
 * gone, as SQLite has it. Views, and triggers of other tables, that a rename would trip over stay as they are.
 * Source: https://www.sqlite.org/lang_altertable.html#otheralter, step 9.
 *
 * @throws MIGRATION_FAILED with the statement's number and SQLite's own message.
 * @throws MIGRATION_REFUSED
 */
export function applyMigration(sqlite: Database, migration: Migration, options: ApplyMigrationOptions): void {
  const statements = replayStatements(migration);
  const rows = new RowStatements(sqlite, options.lineage);
  const dropped = new Set<string>();
  let current = 0;
  try {
    for (const [at, written] of statements.entries()) {
      current = at;
      const statement = resolveQuotedStrings(sqlite, written);
      options.beforeStatement?.(statement);
      dropped.add(droppedTable(statement) ?? '');
      if (isAlterColumn(statement)) alterColumn(sqlite, statement);
      else if (keywordOf(statement.tokens[0]) === 'ALTER') alterUnderDependents(sqlite, statement, dropped);
      else rows.run(statement);
    }
  } catch (cause) {
    throw migrationFailure(migration, current, options.path, cause);
  } finally {
    // A pragma that is set makes SQLite prepare every statement anew.
    if (statements.some(({ tokens }) => keywordOf(tokens[0]) === 'PRAGMA')) {
      sqlite.pragma('legacy_alter_table = OFF');
    }
  }
}

function migrationFailure(
  migration: Migration,
  at: number,
  path: string | undefined,
  cause: unknown,
): VarveError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const [, missing] = /no such function: (\w+)/.exec(reason) ?? [];
  return new VarveError(
    'MIGRATION_FAILED',
    `statement ${at + 1} of migration ${migration.name} failed: ${reason}`,
    {
      path,
      hint: missing
        ? `the file is as it was; give the lineage the function: functions: { ${missing}: … } in varve.config.ts, or to readLineage or defineLineage`
        : 'the file is as it was; write a migration that fits its rows, or set the file aside',
      details: { migration: migration.name, statement: at + 1, reason },
      cause,
    },
  );
}

interface Dependent {
  readonly type: 'trigger' | 'view';
  readonly name: string;
  readonly sql: string;
}

/** ALTER TABLE parses every view and trigger, and fails on those that mention a dropped table: they step aside. */
function alterUnderDependents(sqlite: Database, statement: SqlStatement, dropped: ReadonlySet<string>): void {
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
