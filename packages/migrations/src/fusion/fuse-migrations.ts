import type { Database } from '../driver/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import { countReferenceViolations } from '../replay/index.ts';
import { type Fusion, fusionOf } from './fusion.ts';
import { readPlainLedger } from './read-plain-ledger.ts';

/**
 * Does in one pass what a replay does in many: fills an empty head file, open on the connection, with what the lens
 * reads in the file of an older version that is attached to it, inside the caller's transaction and without foreign
 * keys. False where it is not certain that a replay of that very file would come to the same; the head file is of no use
 * then.
 *
 * @throws SQLite's own errors where rows do not fit: a replay says which migration they do not fit.
 */
export function fuseMigrations(sqlite: Database, lineage: Lineage, from: number): boolean {
  const fusion = fusionOf(lineage, from);
  if (!fusion) return false;
  const ledger = readPlainLedger(sqlite, lineage, from);
  if (ledger === undefined || !keepsRowids(sqlite, fusion)) return false;
  registerFunctions(sqlite, lineage);
  sqlite.exec(`${ledger};\n${fusion.script}`);
  return countReferenceViolations(sqlite).size === 0;
}

/** Rows written in the order they are read get the rowids they had, where those run from 1 without a gap. */
function keepsRowids(sqlite: Database, { boundTables }: Fusion): boolean {
  return boundTables.every(({ isDense, fill }) => {
    if (sqlite.prepare(isDense).pluck().get() !== 1) return false;
    const plan = sqlite.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${fill}`).all();
    return !plan.some(({ detail }) => detail.includes('INDEX'));
  });
}
