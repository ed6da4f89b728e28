import { type Database, openMemory } from '../driver/index.ts';
import { appendToLedger, createLedger, ledgerTable } from '../ledger/index.ts';
import { type Lineage, type Migration, registerFunctions } from '../lineage/index.ts';
import type { SqlStatement } from '../sql/index.ts';
import { applyMigration } from './apply-migration.ts';
import type { ActingLineage } from './row-statements.ts';

export interface EmptyRun {
  readonly sqlite: Database;
  /** @throws as `applyMigration` */
  apply(migration: Migration, beforeStatement?: (statement: SqlStatement) => void): void;
}

/** An empty database, with the ledger where migrations speak of it, to run a lineage on one migration at a time. */
export function runOnEmpty<T>(lineage: Lineage, use: (run: EmptyRun) => T): T {
  const sqlite = openMemory();
  try {
    sqlite.pragma('foreign_keys = OFF');
    registerFunctions(sqlite, lineage);
    const hasLedger = lineage.migrations.some(({ sql }) => sql.includes(ledgerTable));
    if (hasLedger) createLedger(sqlite, lineage.migrations[0], lineage);
    const acting = actingOnRows(sqlite, lineage);
    return use({
      sqlite,
      apply(migration, beforeStatement) {
        applyMigration(sqlite, migration, { lineage: acting, ...(beforeStatement && { beforeStatement }) });
        if (hasLedger) appendToLedger(sqlite, [migration], lineage);
      },
    });
  } finally {
    sqlite.close();
  }
}

/** Foreign keys are looked at as soon as a statement has written a row: until then there is none for them to act on. */
function actingOnRows(sqlite: Database, { foreignKeys, functions }: Lineage): ActingLineage {
  const changes = sqlite.prepare<[], number>('SELECT total_changes()').pluck();
  let hasRows = false;
  return {
    functions,
    get foreignKeys() {
      hasRows ||= changes.get() !== 0;
      return hasRows ? (foreignKeys ?? 'on') : 'off';
    },
  };
}
