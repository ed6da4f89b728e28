import type { Database } from '../driver/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { findLedger, type Ledger } from './find-ledger.ts';
import { identifyLedger } from './identify.ts';
import { readLedger } from './ledger.ts';
import { readTriggers, withoutTriggers } from './without-triggers.ts';

/**
 * Says in the ledger of an archive that was upgraded how many of its rows were there before, unless an earlier upgrade
 * has said it: the first row after them gets an `id`. In that column Drizzle's migrators write nothing, and look for no
 * more than which row is which.
 */
export function markUpgrade(
  sqlite: Database,
  rowsBefore: number,
  lineage: Partial<Lineage> = {},
  found = findLedger(sqlite, lineage),
): void {
  const ledger = markable(found);
  if (!ledger) return;
  const { from, table } = ledger;
  withoutTriggers(
    sqlite,
    readTriggers(sqlite).filter((it) => it.table === table),
    () => sqlite.exec(markStatement(from, rowsBefore)),
  );
}

export function markStatement(from: string, rowsBefore: number): string {
  return `UPDATE ${from} SET id = rowid
    WHERE rowid = (SELECT rowid FROM ${from} ORDER BY rowid LIMIT 1 OFFSET ${rowsBefore})
      AND NOT EXISTS (SELECT 1 FROM ${from} WHERE id NOTNULL);`;
}

/** A ledger of Drizzle's form, of which the column `id` is free. */
function markable(ledger: Ledger | undefined): Ledger | undefined {
  return ledger?.nameColumn === undefined && ledger?.columns.has('id') ? ledger : undefined;
}

/** How many rows a ledger has. */
export function ledgerHeight(sqlite: Database, lineage: Partial<Lineage> = {}): number {
  const ledger = findLedger(sqlite, lineage);
  if (!ledger) return 0;
  const sql = `SELECT count(*) FROM (SELECT 1 FROM ${ledger.from} LIMIT ${mostRows})`;
  return sqlite.prepare<[], number>(sql).pluck().get() ?? 0;
}

/** More than any lineage has. */
const mostRows = 10_000;

/**
 * The version of an archive before it was first upgraded. Undefined where no mark tells, or the lineage, squashed since,
 * has that version no more.
 */
export function readOriginalVersion(sqlite: Database, lineage: Lineage): number | undefined {
  const ledger = markable(findLedger(sqlite, lineage));
  if (!ledger) return undefined;
  const isMarked = `SELECT id NOTNULL FROM ${ledger.from} ORDER BY rowid LIMIT ${mostRows}`;
  const mark = sqlite.prepare(isMarked).pluck().all().indexOf(1);
  // A migrator that numbers its rows begins with the first, which no upgrade has added.
  const before = mark > 0 ? readLedger(sqlite, lineage)?.slice(0, mark) : undefined;
  const identity = before && identifyLedger(before, lineage);
  return identity?.state === 'behind' || identity?.state === 'reordered' ? identity.version : undefined;
}
