import type { Database } from '../driver/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { nameKey, quoteIdentifier } from '../sql/index.ts';

/** Drizzle's own table of applied migrations: the truth about a file's version. */
export const ledgerTable = '__drizzle_migrations';

/** The table of a file that tells which migrations it has had. */
export interface Ledger {
  /** Its name. */
  readonly table: string;
  /** The database it was found in, and its name, quoted. */
  readonly from: string;
  readonly columns: ReadonlySet<string>;
  /** The column that names the migrations; undefined for a table of Drizzle's form. */
  readonly nameColumn: string | undefined;
}

/** Under which name a new file of the lineage gets its ledger. */
export function ledgerTableOf({ ledger }: Pick<Lineage, 'ledger'>): string {
  return ledger && ledger.name === undefined ? ledger.table : ledgerTable;
}

/** True for the tables that may tell a file's version: what they hold is not what its migrations make. */
export function isLedger(table: string, { ledger }: Pick<Lineage, 'ledger'>): boolean {
  return table === ledgerTable || (ledger !== undefined && nameKey(table) === nameKey(ledger.table));
}

/**
 * The lineage's own ledger where the file has it, else Drizzle's. Only an ordinary table counts, without generated
 * columns: reading a view or a virtual table would run what a stranger wrote.
 */
export function findLedger(sqlite: Database, { ledger }: Pick<Lineage, 'ledger'>): Ledger | undefined {
  return (
    (ledger && findTable(sqlite, ledger.table, ledger.name)) ?? findTable(sqlite, ledgerTable, undefined)
  );
}

/** Of an upgrade, the original may be attached, and `main` be a file that has no ledger yet. */
function findTable(sqlite: Database, table: string, nameColumn: string | undefined): Ledger | undefined {
  const inMain = readTable(sqlite, 'main', table, nameColumn);
  if (inMain) return inMain;
  const databases = sqlite.pragma('database_list') as { name: string }[];
  for (const { name } of databases) {
    if (name === 'main' || name === 'temp') continue;
    const found = readTable(sqlite, name, table, nameColumn);
    if (found) return found;
  }
  return undefined;
}

function readTable(
  sqlite: Database,
  schema: string,
  table: string,
  nameColumn: string | undefined,
): Ledger | undefined {
  const made = sqlite
    .prepare<[string], string>(
      `SELECT sql FROM ${quoteIdentifier(schema)}.sqlite_schema
       WHERE type = 'table' AND rootpage > 0 AND name = ? COLLATE NOCASE`,
    )
    .pluck()
    .get(table);
  const columns = made && ordinaryColumns(made, () => readColumns(sqlite, schema, table));
  if (!columns || (nameColumn !== undefined && !columns.has(nameColumn))) return undefined;
  return { table, from: `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`, columns, nameColumn };
}

interface Columns {
  readonly names: ReadonlySet<string>;
  readonly isComputed: boolean;
}

/** By the statement that made the table: nearly all files have the same. */
const columnsByStatement = new Map<string, Columns>();
const mostStatements = 100;
const mostStatementChars = 1000;

function ordinaryColumns(made: string, read: () => Columns): ReadonlySet<string> | undefined {
  const columns = columnsByStatement.get(made) ?? read();
  if (columnsByStatement.size < mostStatements && made.length <= mostStatementChars)
    columnsByStatement.set(made, columns);
  return columns.isComputed ? undefined : columns.names;
}

function readColumns(sqlite: Database, schema: string, table: string): Columns {
  const infos = sqlite
    .prepare<[string, string], { name: string; hidden: number }>(
      'SELECT name, hidden FROM pragma_table_xinfo(?, ?)',
    )
    .all(table, schema);
  return {
    names: new Set(infos.map(({ name }) => name)),
    isComputed: infos.some(({ hidden }) => hidden !== 0),
  };
}
