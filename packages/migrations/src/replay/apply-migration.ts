import { VarveError } from '@varve/schema/errors';
import type { Database } from '../driver/index.ts';
import type { Migration } from '../lineage/index.ts';
import { droppedTable, keywordOf, resolveQuotedStrings, type SqlStatement } from '../sql/index.ts';
import { alterColumn, isAlterColumn } from './alter-column.ts';
import { alterUnderDependents } from './alter-under-dependents.ts';
import { replayStatements } from './replay-statements.ts';
import { type ActingLineage, type ActingStatement, plainly, RowStatements } from './row-statements.ts';

export interface ApplyMigrationOptions {
  readonly lineage: ActingLineage;
  readonly path?: string | undefined;
  readonly beforeStatement?: (statement: SqlStatement) => void;
  /** Those that are run, where not all are. */
  readonly only?: ReadonlySet<SqlStatement> | undefined;
  /** Told of each statement how it was run; undefined where that is more than a statement with its triggers. */
  readonly onRun?: (statement: ActingStatement | undefined) => void;
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
      if (options.only?.has(statement) === false) continue;
      options.beforeStatement?.(statement);
      dropped.add(droppedTable(statement) ?? '');
      const ran = runStatement(statement, { sqlite, rows, dropped });
      options.onRun?.(ran);
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

interface Running {
  readonly sqlite: Database;
  readonly rows: RowStatements;
  readonly dropped: ReadonlySet<string>;
}

function runStatement(
  statement: SqlStatement,
  { sqlite, rows, dropped }: Running,
): ActingStatement | undefined {
  const first = keywordOf(statement.tokens[0]);
  if (isAlterColumn(statement)) {
    alterColumn(sqlite, statement);
    return undefined;
  }
  if (first === 'ALTER') {
    const aside = alterUnderDependents(sqlite, statement, dropped);
    return aside.length > 0 ? undefined : plainly(statement.text);
  }
  const ran = rows.run(statement);
  return first === 'PRAGMA' ? undefined : ran;
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
