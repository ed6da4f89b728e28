import { VarveError } from '@varve/schema';
import { type Database, isSqliteError } from '../driver/index.ts';
import type { Migration } from '../lineage/lineage.ts';
import { resolveQuotedStrings } from '../sql/resolve-quoted-strings.ts';
import { keywordOf, nameAt, type SqlStatement } from '../sql/split-statements.ts';
import { quoteIdentifier } from '../sql/sql-tokens.ts';
import { droppedTable, renamedTo } from '../sql/statement-targets.ts';
import { replayStatements } from './replay-statements.ts';

interface Dependent {
  readonly type: 'trigger' | 'view' | 'index';
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/**
 * Executes one migration's statements inside the caller's transaction. A table that is rebuilt (dropped, then another
 * renamed to its name) keeps its triggers and indexes; views, and triggers of other tables, stay as they are.
 * Source: https://www.sqlite.org/lang_altertable.html#otheralter, steps 3, 8 and 9.
 *
 * @throws MIGRATION_FAILED with the statement's number and SQLite's own message.
 * @throws MIGRATION_REFUSED
 */
export function applyMigration(
  sqlite: Database,
  migration: Migration,
  path?: string,
  beforeStatement?: (statement: SqlStatement) => void,
): void {
  const statements = replayStatements(migration);
  const dropped = new Map<string, Dependent[]>();
  const lost: Dependent[] = [];
  let current = 0;
  try {
    for (const [at, written] of statements.entries()) {
      current = at;
      const statement = resolveQuotedStrings(sqlite, written);
      beforeStatement?.(statement);
      const table = droppedTable(statement);
      if (table) dropped.set(table, dependentsOf(sqlite, table));
      const rebuilt = dropped.get(renamedTo(statement) ?? '');
      if (rebuilt) {
        lost.push(...rebuilt);
        renameUnderDependents(sqlite, statement);
      } else {
        sqlite.exec(statement.text);
      }
    }
    const droppedByName = new Set(statements.map(droppedDependent));
    for (const dependent of lost) {
      if (!droppedByName.has(dependent.name.toLowerCase())) restore(sqlite, dependent);
    }
  } catch (cause) {
    throw migrationFailure(migration, current, path, cause);
  }
}

function migrationFailure(
  migration: Migration,
  at: number,
  path: string | undefined,
  cause: unknown,
): VarveError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VarveError(
    'MIGRATION_FAILED',
    `statement ${at + 1} of migration ${migration.name} failed: ${reason}`,
    {
      path,
      hint: 'the file is as it was; write a migration that fits its rows, or set the file aside',
      details: { migration: migration.name, statement: at + 1, reason },
      cause,
    },
  );
}

function droppedDependent({ tokens }: SqlStatement): string | undefined {
  const isDrop = keywordOf(tokens[0]) === 'DROP' && ['INDEX', 'TRIGGER'].includes(keywordOf(tokens[1]));
  return isDrop ? nameAt(tokens, 2)?.toLowerCase() : undefined;
}

function readDependents(sqlite: Database): Dependent[] {
  const rows = sqlite.prepare<[], Dependent>(
    `SELECT type, name, lower(tbl_name) AS "table", sql FROM sqlite_schema
     WHERE type IN ('trigger', 'view', 'index') AND sql IS NOT NULL ORDER BY rowid`,
  );
  return rows.all();
}

function dependentsOf(sqlite: Database, table: string): Dependent[] {
  return readDependents(sqlite).filter((it) => it.type !== 'view' && it.table === table);
}

/** RENAME parses every view and trigger, and fails on those that mention the dropped table: they step aside. */
function renameUnderDependents(sqlite: Database, statement: SqlStatement): void {
  const aside = readDependents(sqlite).filter((it) => it.type !== 'index');
  for (const { type, name } of aside.toReversed()) sqlite.exec(`DROP ${type} ${quoteIdentifier(name)}`);
  sqlite.exec(statement.text);
  for (const { sql } of aside) sqlite.exec(sql);
}

/** Brings back what went with the dropped table, unless the migration made it anew or the new table has no place for it. */
function restore(sqlite: Database, { sql }: Dependent): void {
  try {
    sqlite.exec(sql);
  } catch (error) {
    if (!isSqliteError(error) || error.code !== 'SQLITE_ERROR') throw error;
  }
}
