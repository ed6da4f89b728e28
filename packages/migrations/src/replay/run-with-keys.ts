import { type Database, isSqliteError } from '../driver/index.ts';
import { readTriggers } from '../ledger/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { nameKey } from '../sql/index.ts';
import { changedRows, type RowChanges, writeRows } from './carry-rows.ts';
import { copyOfTables, ordinaryTables } from './copy-of-tables.ts';
import { withTriggersAside } from './triggers-aside.ts';

export interface WithKeys {
  /** The name keys of the tables whose rows may change. */
  readonly tables: ReadonlySet<string> | 'any';
  readonly functions: Lineage['functions'];
}

/**
 * Runs a statement as SQLite does with foreign keys on, which cannot be switched on inside a transaction: on a copy in
 * memory, of which the changed rows are carried over. False, with nothing changed, where it fails so.
 */
export function runWithKeys(sqlite: Database, text: string, { tables, functions }: WithKeys): boolean {
  const isTouched = (name: string) => tables === 'any' || tables.has(nameKey(name));
  const changes = changesOnCopy(sqlite, text, functions, isTouched);
  if (!changes) return false;
  const triggers = readTriggers(sqlite).filter(({ table }) => isTouched(table));
  withTriggersAside(sqlite, triggers, () => {
    for (const change of changes) writeRows(sqlite, change);
  });
  return true;
}

function changesOnCopy(
  sqlite: Database,
  text: string,
  functions: Lineage['functions'],
  isTouched: (name: string) => boolean,
): RowChanges[] | undefined {
  const copies: Database[] = [];
  try {
    const copy = copyOfTables(sqlite, text, functions, isTouched);
    copies.push(copy);
    // What references are broken in the end is looked at then, and compared with what was before.
    copy.exec('PRAGMA foreign_keys = ON; BEGIN; PRAGMA defer_foreign_keys = ON');
    copy.exec(text);
    return ordinaryTables(sqlite)
      .filter((name) => name === 'sqlite_sequence' || isTouched(name))
      .flatMap((name) => changedRows(sqlite, copy, name) ?? []);
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    return undefined;
  } finally {
    for (const copy of copies) copy.close();
  }
}
