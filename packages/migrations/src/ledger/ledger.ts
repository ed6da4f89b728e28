import { type Database, isSqliteError } from '../driver/index.ts';
import type { Migration } from '../lineage/lineage.ts';
import type { LedgerRow } from './ledger-row.ts';
import { isBaseline, ledgerSteps } from './ledger-steps.ts';

/** Drizzle's own table of applied migrations: the truth about a file's version. */
export const ledgerTable = '__drizzle_migrations';

/** The applied migrations in the order they were applied; undefined when the file has no ledger. */
export function readLedger(sqlite: Database): LedgerRow[] | undefined {
  try {
    const rows = sqlite.prepare<[], unknown[]>(`SELECT * FROM ${ledgerTable} ORDER BY rowid`);
    const names = rows.columns().map((column) => column.name);
    const [hash, createdAt, name] = ['hash', 'created_at', 'name'].map((column) => names.indexOf(column));
    return rows
      .raw()
      .all()
      .map((row) => ({
        hash: String(row[hash ?? -1] ?? ''),
        createdAtMs: Number(row[createdAt ?? -1]),
        name: typeof row[name ?? -1] === 'string' ? (row[name ?? -1] as string) : undefined,
      }));
  } catch (error) {
    if (isSqliteError(error) && error.message.startsWith('no such table')) return undefined;
    throw error;
  }
}

/**
 * Makes the ledger where there is none, in the form that Drizzle 0.45 makes it and 1.0 knows how to extend. To extend
 * it Drizzle 1.0 must find every row among the migrations, which folded ones are not in: then it gets its columns now.
 */
export function createLedger(sqlite: Database, first: Migration | undefined): void {
  const columns = first && isBaseline(first) ? ', name text, applied_at text' : '';
  sqlite.exec(
    `CREATE TABLE IF NOT EXISTS "${ledgerTable}" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric${columns})`,
  );
}

export function appendToLedger(sqlite: Database, migration: Migration): void {
  const columns = sqlite.pragma(`table_info(${ledgerTable})`) as { name: string }[];
  const written = ['hash', 'created_at', 'name', 'applied_at'];
  const names = written.filter((name) => columns.some((column) => column.name === name));
  const insert = sqlite.prepare(
    `INSERT INTO ${ledgerTable} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  for (const { name, createdAtMs, hashes } of ledgerSteps(migration)) {
    const values: Record<string, string | number | undefined> = {
      hash: hashes[0],
      created_at: createdAtMs,
      name,
      applied_at: new Date().toISOString(),
    };
    insert.run(names.map((column) => values[column]));
  }
}
