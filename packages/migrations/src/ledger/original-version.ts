import { type Database, isSqliteError } from '../driver/index.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { identifyLedger } from './identify.ts';
import { ledgerTable, readLedger } from './ledger.ts';

/**
 * Says in the ledger of an archive that was upgraded how many of its rows were there before, unless an earlier upgrade
 * has said it: the first row after them gets an `id`. In that column Drizzle's migrators write nothing, and look for no
 * more than which row is which.
 */
export function markUpgrade(sqlite: Database, rowsBefore: number): void {
  whereIdsAre(() =>
    sqlite
      .prepare(
        `UPDATE ${ledgerTable} SET id = rowid
         WHERE rowid = (SELECT rowid FROM ${ledgerTable} ORDER BY rowid LIMIT 1 OFFSET ?)
           AND NOT EXISTS (SELECT 1 FROM ${ledgerTable} WHERE id NOTNULL)`,
      )
      .run(rowsBefore),
  );
}

/** How many rows a ledger has. */
export function ledgerHeight(sqlite: Database): number {
  return sqlite.prepare<[], number>(`SELECT count(*) FROM ${ledgerTable}`).pluck().get() ?? 0;
}

/**
 * The version of an archive before it was first upgraded. Undefined where no mark tells, or the lineage, squashed since,
 * has that version no more.
 */
export function readOriginalVersion(sqlite: Database, lineage: Lineage): number | undefined {
  const isMarked = `SELECT id NOTNULL FROM ${ledgerTable} ORDER BY rowid`;
  const mark = whereIdsAre(() => sqlite.prepare(isMarked).pluck().all().indexOf(1)) ?? -1;
  // A migrator that numbers its rows begins with the first, which no upgrade has added.
  const before = mark > 0 ? readLedger(sqlite)?.slice(0, mark) : undefined;
  const identity = before && identifyLedger(before, lineage);
  return identity?.state === 'behind' ? identity.version : undefined;
}

/** Undefined for a ledger without the column. */
function whereIdsAre<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isSqliteError(error) && error.message.startsWith('no such column')) return undefined;
    throw error;
  }
}
