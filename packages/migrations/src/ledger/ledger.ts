import { type Database, isSqliteError } from '../driver/index.ts';
import type { Lineage, Migration } from '../lineage/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import { findLedger, type Ledger, ledgerTableOf } from './find-ledger.ts';
import type { LedgerRow } from './ledger-row.ts';
import { isBaseline, ledgerSteps, lineageLedger } from './ledger-steps.ts';
import { isOfPrisma, namedValues } from './named-values.ts';
import { type NamedRow, resolveNames } from './resolve-names.ts';

/** How many rows more than a lineage can have are read: a stranger may have written millions. */
const mostAhead = 1000;
/** Longer than any hash that is written; what is longer is not read. */
const mostHashBytes = 128;
const mostNameBytes = 1024;

/**
 * The applied migrations in the order they were applied; undefined when the file has no ledger. What is read is bounded,
 * whatever the file holds.
 */
export function readLedger(
  sqlite: Database,
  lineage: Lineage,
  ledger = findLedger(sqlite, lineage),
): LedgerRow[] | undefined {
  if (!ledger) return undefined;
  const rows = readRows(sqlite, ledger, lineageLedger(lineage).steps.length + mostAhead);
  if (ledger.nameColumn !== undefined) return resolveNames(rows, lineage);
  return rows.map(({ hash, stamp, name }) => ({
    hash: String(hash ?? ''),
    createdAtMs: stamp === null ? Number.NaN : Number(stamp),
    name: typeof name === 'string' ? name : undefined,
  }));
}

interface RawRow extends NamedRow {
  readonly hash: unknown;
  readonly stamp: unknown;
}

function readRows(sqlite: Database, ledger: Ledger, limit: number): RawRow[] {
  const { columns, nameColumn } = ledger;
  const read = (column: string, mostBytes: number) => {
    const name = quoteIdentifier(column);
    return columns.has(column) ? `iif(octet_length(${name}) <= ${mostBytes}, ${name}, 'too long')` : 'NULL';
  };
  // Goose and sqlx say so of each.
  const applied = ['is_applied', 'success'].filter((column) => columns.has(column)).map(quoteIdentifier);
  if (isOfPrisma(columns)) applied.push('finished_at IS NOT NULL', 'rolled_back_at IS NULL');
  const select = `SELECT ${read('hash', mostHashBytes)} AS hash, ${read('created_at', mostHashBytes)} AS stamp,
    ${read(nameColumn ?? 'name', mostNameBytes)} AS name, ${applied.join(' AND ') || '1'} AS isApplied
    FROM ${ledger.from} LIMIT ${limit}`;
  const inOrder = (order: string) =>
    sqlite
      .prepare<[], [unknown, unknown, unknown, unknown]>(
        select.replace(/ LIMIT /, ` ORDER BY ${order} LIMIT `),
      )
      .raw()
      .all()
      .map(([hash, stamp, name, isApplied]) => ({ hash, stamp, name, isApplied }));
  try {
    return inOrder('rowid');
  } catch (error) {
    if (!isSqliteError(error) || !error.message.startsWith('no such column')) throw error;
    return inOrder(columns.has('created_at') ? 'created_at' : '3');
  }
}

/**
 * Makes the ledger where there is none, in the form that Drizzle 0.45 makes it and 1.0 knows how to extend. To extend
 * it Drizzle 1.0 must find every row among the migrations, which folded ones are not in: then it gets its columns now.
 */
export function createLedger(
  sqlite: Database,
  first: Migration | undefined,
  lineage: Partial<Lineage> = {},
): void {
  if (lineage.ledger && findLedger(sqlite, lineage)) return;
  const columns = first && isBaseline(first) ? ', name text, applied_at text' : '';
  sqlite.exec(
    `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(ledgerTableOf(lineage))} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric${columns})`,
  );
}

export function appendToLedger(
  sqlite: Database,
  migrations: readonly Migration[],
  lineage: Partial<Lineage> = {},
  ledger = findLedger(sqlite, lineage),
): void {
  if (!ledger || migrations.length === 0) return;
  if (ledger.nameColumn !== undefined) {
    for (const migration of migrations) insertRow(sqlite, ledger, namedValues(sqlite, ledger, migration));
    return;
  }
  const insert = prepareInsert(sqlite, ledger, ['hash', 'created_at', 'name', 'applied_at']);
  for (const { name, createdAtMs, hashes } of migrations.flatMap(ledgerSteps))
    insert({ hash: hashes[0], created_at: createdAtMs, name, applied_at: new Date().toISOString() });
}

function insertRow(sqlite: Database, ledger: Ledger, values: Record<string, unknown>): void {
  prepareInsert(sqlite, ledger, Object.keys(values))(values);
}

/** Of the columns named, those that the ledger has. */
function prepareInsert(
  sqlite: Database,
  { from, columns }: Ledger,
  names: readonly string[],
): (values: Readonly<Record<string, unknown>>) => void {
  const written = names.filter((name) => columns.has(name));
  const list = written.map(quoteIdentifier).join(', ');
  const insert = sqlite.prepare(
    `INSERT INTO ${from} (${list}) VALUES (${written.map(() => '?').join(', ')})`,
  );
  return (values) => {
    insert.run(written.map((name) => values[name]));
  };
}
