import type { Database } from '../driver/index.ts';
import type { Migration } from '../lineage/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import type { Ledger } from './find-ledger.ts';
import { ledgerSteps } from './ledger-steps.ts';
import { markStatement } from './original-version.ts';
import { readTriggers } from './without-triggers.ts';

/**
 * What `appendToLedger` and `markUpgrade` do to a ledger of Drizzle's form, as one script for all files alike. Undefined
 * for a ledger of another form, or that has triggers.
 */
export function upgradeScript(
  sqlite: Database,
  ledger: Ledger,
  migrations: readonly Migration[],
  rowsBefore: number | undefined,
): string | undefined {
  const { columns, from, nameColumn, table } = ledger;
  if (nameColumn !== undefined || readTriggers(sqlite).some((it) => it.table === table)) return undefined;
  const written = ['hash', 'created_at', 'name', 'applied_at'].filter((column) => columns.has(column));
  const rows = migrations.flatMap(ledgerSteps).map(({ name, createdAtMs, hashes }) => {
    const values: Record<string, string> = {
      hash: quoteText(hashes[0] ?? ''),
      created_at: String(createdAtMs),
      name: quoteText(name),
      applied_at: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    };
    return `(${written.map((column) => values[column]).join(', ')})`;
  });
  const append = `INSERT INTO ${from} (${written.map(quoteIdentifier).join(', ')}) VALUES ${rows.join(', ')};`;
  return rowsBefore !== undefined && columns.has('id') ? append + markStatement(from, rowsBefore) : append;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
