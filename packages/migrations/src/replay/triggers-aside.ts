import type { Database } from '../driver/index.ts';
import type { Trigger } from '../ledger/index.ts';
import { quoteIdentifier } from '../sql/index.ts';

/**
 * Runs work that sets off none of some triggers, which keep their place in the schema meanwhile: of the triggers of a
 * table SQLite runs the newest first.
 * Source: https://www.sqlite.org/pragma.html#pragma_writable_schema
 */
export function withTriggersAside(sqlite: Database, triggers: readonly Trigger[], work: () => void): void {
  if (triggers.length === 0) {
    work();
    return;
  }
  setTexts(
    sqlite,
    triggers.map(({ name, table }) => ({ name, sql: idleTrigger(name, table) })),
  );
  try {
    work();
  } finally {
    setTexts(sqlite, triggers);
  }
}

function idleTrigger(name: string, table: string): string {
  return `CREATE TRIGGER ${quoteIdentifier(name)} AFTER DELETE ON ${quoteIdentifier(table)} WHEN 0 BEGIN SELECT 1; END`;
}

function setTexts(
  sqlite: Database,
  triggers: readonly { readonly name: string; readonly sql: string }[],
): void {
  sqlite.unsafeMode(true);
  try {
    sqlite.exec('PRAGMA writable_schema = ON');
    const update = sqlite.prepare(`UPDATE sqlite_schema SET sql = ? WHERE type = 'trigger' AND name = ?`);
    for (const { name, sql } of triggers) update.run(sql, name);
    sqlite.exec('PRAGMA writable_schema = RESET');
  } finally {
    sqlite.unsafeMode(false);
  }
}
