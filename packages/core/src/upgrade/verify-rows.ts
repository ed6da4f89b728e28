import type { Lineage } from '@varve/migrations';
import { nameKey, patchOf, quoteIdentifier, readSchema } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';
import { readAtHead } from '../reading/index.ts';
import type { FileState, Source } from '../source/index.ts';
import { findDifferingColumn, readColumns } from './find-differing-column.ts';
import { mismatchError } from './mismatch-error.ts';

/** Row counts of every table, or every cell of every row with its storage class. */
export type UpgradeVerification = 'counts' | 'full';

export interface VerifyRowsOptions {
  readonly lineage: Lineage;
  readonly path: string;
  readonly state: FileState;
  readonly verify: UpgradeVerification;
  /** Of the original. */
  readonly version: number;
}

/**
 * Compares an upgraded copy with its original as the lens reads it: not the way the copy was made. Where the lens
 * refuses the lineage, with a second replay. Closes the original.
 *
 * @throws UPGRADE_MISMATCH with `details.table`, and `details.column` where a cell differs
 */
export function verifyRows(upgraded: Database, original: Source, options: VerifyRowsOptions): void {
  let source = original;
  try {
    source = readAtHead(original, options);
    const unrepeatable = patchOf(options.lineage, options.version)?.unrepeatable ?? new Set();
    verifyTables(upgraded, source.sqlite, { ...options, unrepeatable });
  } finally {
    source.close();
  }
}

interface VerifyTablesOptions extends Pick<VerifyRowsOptions, 'path' | 'verify'> {
  /** By name key, tables that hold what a clock or chance said: another each time, so that only rows are counted. */
  readonly unrepeatable?: ReadonlySet<string>;
}

/**
 * Compares every table of an upgraded copy with what a connection shows under its name.
 *
 * @throws as `verifyRows`
 */
export function verifyTables(upgraded: Database, expected: Database, options: VerifyTablesOptions): void {
  for (const { type, name } of readSchema(upgraded)) {
    if (type === 'table') verifyTable(name, upgraded, expected, options);
  }
}

function verifyTable(
  table: string,
  upgraded: Database,
  original: Database,
  { path, verify, unrepeatable }: VerifyTablesOptions,
): void {
  const [count, expected] = [upgraded, original].map((sqlite) => countRows(sqlite, table));
  if (count !== expected)
    throw mismatchError(`table ${table} has ${count} rows, not ${expected}`, { path, table });
  if (verify === 'counts' || unrepeatable?.has(nameKey(table))) return;
  const column = findDifferingColumn(table, readColumns(upgraded, table), [upgraded, original]);
  if (column !== undefined)
    throw mismatchError(`a value differs in ${table}.${column}`, { path, table, column });
}

export function countRows(sqlite: Database, table: string): number {
  const sql = `SELECT count(*) FROM ${quoteIdentifier(table)}`;
  return sqlite.prepare<[], number>(sql).pluck().get() ?? 0;
}
