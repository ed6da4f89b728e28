import { VarveError } from '@varve/schema/errors';
import type { Database } from '../driver/index.ts';
import {
  appendToLedger,
  assertIdentified,
  createLedger,
  identifyFile,
  stampHint,
  withoutTriggers,
} from '../ledger/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import type { SqlStatement } from '../sql/index.ts';
import { applyMigration } from './apply-migration.ts';
import { brokenReferences } from './broken-references.ts';
import { findForeignTriggers } from './foreign-triggers.ts';
import { countReferenceViolations } from './reference-violations.ts';
import { renameInTriggers } from './rename-in-triggers.ts';
import { resolveStoredStrings } from './resolve-stored-strings.ts';

export interface ReplayResult {
  /** The version before. */
  readonly from: number;
  /** The lineage's head. */
  readonly to: number;
}

/**
 * Brings an open database to head by running its pending migrations in one transaction, in the order of SQLite's own
 * procedure: foreign keys off before the transaction, checked before its commit. Nothing is written when nothing is
 * pending. An empty database is at version 0. After a failure the file is as it was. Triggers that the file's version
 * does not have are not set off, and are there afterwards as before, under the names that things have then.
 * Source: https://www.sqlite.org/lang_altertable.html#otheralter
 *
 * @throws the codes of `assertIdentified`, MIGRATION_FAILED, MIGRATION_REFUSED, MIGRATION_BREAKS_REFERENCES
 *
 * @example
 * ```ts
 * import Database from 'better-sqlite3';
 * import { defineLineage, replayMigrations } from '@varve/migrations';
 *
 * const lineage = defineLineage({
 *   name: 'notes',
 *   tables: {},
 *   migrations: [
 *     { name: '0000_notes', createdAtMs: 1, sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)' },
 *     { name: '0001_tags', createdAtMs: 2, sql: "ALTER TABLE notes ADD tag TEXT DEFAULT 'none'" },
 *   ],
 * });
 * const sqlite = new Database(':memory:');
 * replayMigrations(sqlite, lineage);
 * console.log(sqlite.prepare("SELECT count(*) FROM pragma_table_info('notes')").pluck().get()); // 3
 * ```
 */
export function replayMigrations(sqlite: Database, lineage: Lineage, path?: string): ReplayResult {
  const head = lineage.migrations.length;
  if (pendingFrom(sqlite, lineage, path).version === head) return { from: head, to: head };
  registerFunctions(sqlite, lineage);
  const foreignKeys = sqlite.pragma('foreign_keys', { simple: true });
  sqlite.pragma('foreign_keys = OFF');
  try {
    // Another process may have done the work since: the ledger counts only inside the transaction.
    return sqlite.transaction(() => replayInside(sqlite, lineage, path)).immediate();
  } finally {
    sqlite.pragma(`foreign_keys = ${foreignKeys}`);
  }
}

function pendingFrom(sqlite: Database, lineage: Lineage, path?: string) {
  const identity = identifyFile(sqlite, lineage);
  if (identity.state !== 'empty') assertIdentified(identity, lineage, path);
  return { version: identity.version, isEmpty: identity.state === 'empty' };
}

function replayInside(sqlite: Database, lineage: Lineage, path?: string): ReplayResult {
  const { version: from, isEmpty } = pendingFrom(sqlite, lineage, path);
  const to = lineage.migrations.length;
  if (from === to) return { from, to };
  // Where the application fills the parents, migrations alone leave orphans in a new file.
  const before = isEmpty ? undefined : countReferenceViolations(sqlite);
  if (!isEmpty) resolveStoredStrings(sqlite, lineage);
  withoutTriggers(sqlite, findForeignTriggers(sqlite, lineage, from), (texts) => {
    const beforeStatement = (statement: SqlStatement) =>
      renameInTriggers(sqlite, statement, { texts, lineage });
    createLedger(sqlite, lineage.migrations[0], lineage);
    for (const migration of lineage.migrations.slice(from)) {
      applyMigration(sqlite, migration, { lineage, path, beforeStatement });
      appendToLedger(sqlite, [migration], lineage);
    }
  });
  if (before) assertKept(brokenReferences(lineage, from, before, countReferenceViolations(sqlite)), path);
  stampHint(sqlite, lineage, to);
  return { from, to };
}

function assertKept(broken: readonly string[], path?: string): void {
  if (broken.length === 0) return;
  throw new VarveError(
    'MIGRATION_BREAKS_REFERENCES',
    `the migrations leave rows without a parent: ${broken.join(', ')}`,
    {
      path,
      hint: 'the file is as it was; delete or re-parent those rows in the migration',
      details: { references: broken },
    },
  );
}
