import type { Database } from '../driver/index.ts';
import { keywordOf, quoteIdentifier, tokenizeSql } from '../sql/index.ts';
import type { Affinity, TableShape } from './table-shape.ts';

interface ColumnRow {
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
  hidden: number;
}

/** What SQLite understood of a table that lies in its main database. */
export function readShape(sqlite: Database, name: string, ddl: string): TableShape {
  const rows = sqlite.pragma(`table_xinfo(${quoteIdentifier(name)})`) as ColumnRow[];
  const traits = (
    sqlite.pragma(`table_list(${quoteIdentifier(name)})`) as { wr: number; strict: number }[]
  )[0];
  const hasRowid = traits?.wr === 0;
  const isStrict = traits?.strict === 1;
  const rowidAlias = hasRowid ? readRowidAlias(sqlite, name, rows) : undefined;
  // Half of the time goes into what is asked in these two ways, and most tables need neither.
  const collation = /COLLATE/i.test(ddl) ? readCollations(sqlite, name, rows) : new Map<string, string>();
  const affinities = rows.every(isPlain) ? affinitiesOf(rows) : readAffinities(sqlite, name);
  return {
    name,
    ddl,
    hasRowid,
    rowidAlias,
    isStrict,
    isAutoincrement:
      /AUTOINCREMENT/i.test(ddl) &&
      [...tokenizeSql(ddl)].some((token) => keywordOf(token) === 'AUTOINCREMENT'),
    resolvesConflicts: mentionsConflictClause(ddl),
    columns: rows.map((row) => ({
      name: row.name,
      declaredType: row.type,
      affinity: affinities.get(row.name) ?? 'blob',
      collation: collation.get(row.name) ?? 'BINARY',
      isGenerated: row.hidden > 1,
      isNotNull: row.notnull === 1 || row.name === rowidAlias,
      defaultSql: row.dflt_value ?? undefined,
    })),
  };
}

const plainTypes: Readonly<Record<string, Affinity>> = {
  text: 'text',
  integer: 'integer',
  int: 'integer',
  real: 'real',
  blob: 'blob',
  numeric: 'numeric',
};

/** Whether what a column is declared as tells its affinity, whatever else the table says. */
function isPlain({ type, hidden }: ColumnRow): boolean {
  return hidden !== 1 && /^(text|int|integer|real|blob|numeric)$/i.test(type);
}

function affinitiesOf(rows: readonly ColumnRow[]): Map<string, Affinity | undefined> {
  return new Map(rows.map(({ name, type }) => [name, plainTypes[type.toLowerCase()]]));
}

const typesOfResults: Readonly<Record<string, Affinity>> = {
  '': 'blob',
  TEXT: 'text',
  INT: 'integer',
  REAL: 'real',
  NUM: 'numeric',
};

/**
 * A table made of a query has types after its columns' affinities. The declared type alone does not tell: an empty one
 * in quotes is numeric.
 */
function readAffinities(sqlite: Database, name: string): Map<string, Affinity> {
  sqlite.exec(`CREATE TEMP TABLE "varve affinities" AS SELECT * FROM main.${quoteIdentifier(name)}`);
  const columns = sqlite.pragma('temp.table_xinfo("varve affinities")') as ColumnRow[];
  sqlite.exec('DROP TABLE temp."varve affinities"');
  return new Map(columns.map((column) => [column.name, typesOfResults[column.type] ?? 'numeric']));
}

function readCollations(sqlite: Database, name: string, rows: readonly ColumnRow[]): Map<string, string> {
  const columns = rows.map((row) => quoteIdentifier(row.name)).join(', ');
  sqlite.exec(`CREATE INDEX "varve collations" ON ${quoteIdentifier(name)} (${columns})`);
  const terms = sqlite.pragma('index_xinfo("varve collations")') as { name: string; coll: string }[];
  return new Map(terms.slice(0, rows.length).map((term) => [term.name, term.coll.toUpperCase()]));
}

/** An INTEGER PRIMARY KEY that needs no index is the rowid itself. */
function readRowidAlias(sqlite: Database, name: string, rows: readonly ColumnRow[]): string | undefined {
  const [key, ...others] = rows.filter((row) => row.pk > 0);
  if (!key || others.length > 0 || key.type.toUpperCase() !== 'INTEGER') return undefined;
  const indexes = sqlite.pragma(`index_list(${quoteIdentifier(name)})`) as { origin: string }[];
  const isIndexed = indexes.some((index) => index.origin === 'pk');
  return isIndexed ? undefined : key.name;
}

function mentionsConflictClause(ddl: string): boolean {
  if (!/CONFLICT/i.test(ddl)) return false;
  const words = [...tokenizeSql(ddl)].map(keywordOf);
  return words.some((word, at) => word === 'ON' && words[at + 1] === 'CONFLICT');
}
